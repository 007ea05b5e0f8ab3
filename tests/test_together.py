"""Cases that are tried together are all tried, and what fails is named."""

import pytest
from together import together


def test_every_case_is_tried_and_the_one_that_fails_named(pytester: pytest.Pytester) -> None:
    pytester.syspathinsert()
    pytester.makepyfile(
        """
        import pytest
        from together import together

        @pytest.mark.parametrize("base", [0, 9])
        @together(("one", "other"), [(1, 1), (2, 2), (3, 4), (5, 5)])
        def test_same(base, one, other, tmp_path):
            assert tmp_path.is_dir()
            assert one + base == other or base
        """
    )
    done = pytester.runpytest("-n", "0")
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["*with {'one': 3, 'other': 4}*", "FAILED *test_same?0?*"])


def test_no_case_is_a_mistake() -> None:
    with pytest.raises(AssertionError):
        together("name", [])
