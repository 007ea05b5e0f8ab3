"""Does a recipe help? Learners that plain duplicates cannot fool, and what their scores prove.

judge          what a learner looks at, and how it is asked
ridge          kernel ridge: the scores of all folds of all repeats out of one inverse
folds          which sources are held out together
gather         the samples of outputs as rows to learn from
probabilities  scores → probabilities; their Brier score and calibration
measures       what held-out scores of two arms say, fold by fold
inference      the corrected test on differences of folds, and what it could have seen
verdict        helps, hurts or no evidence, in a sentence
"""
