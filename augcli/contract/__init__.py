"""What every step promises, whoever declares it: tried on samples that are made for it.

`breaches` tells in words which promises a step breaks, `methods.method_breaches` which a balance
method does; the suites of augment's own steps and `augment test-plugin` ask it alike. The samples
of a kind, and the promises that are its own, lie in a module of the kind's name.
"""

from augcli.contract.trials import Breach, breaches

__all__ = ["Breach", "breaches"]
