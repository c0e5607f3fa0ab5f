"""The campaign's own record: a case that is not held fails its test, and the others go on."""

import pytest

pytest_plugins = "pytester"


def test_a_case_that_is_not_held_is_counted_and_fails_its_test(pytester, request):
    pytester.makeconftest(request.path.with_name("conftest.py").read_text())
    pytester.makepyfile(
        """
        def test_some(tried):
            for number in range(3):
                with tried("a number", number):
                    assert number != 1, "it is one"
            with tried("another", "x"):
                pass

        def test_none(tried):
            pass
        """
    )
    done = pytester.runpytest("-p", "no:cacheprovider")
    done.assert_outcomes(passed=2, errors=2)
    done.stdout.fnmatch_lines(["*a number: 1: AssertionError: it is one*", "*Nothing was tried*"])
    done.stdout.fnmatch_lines(
        ["*held / tried*", "* 2 / 3 *a number*not all", "* 1 / 1 *another", "* 3 / 4 *in all"]
    )


def test_what_ends_the_program_is_no_case(tried):
    with pytest.raises(KeyboardInterrupt), tried("an end", 1):
        raise KeyboardInterrupt
    assert tried.counts() == [("an end", 1, 1)]
