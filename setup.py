"""Build faultcast; everything but the version rule stands in setup.cfg."""

from setuptools import setup

setup(use_scm_version={"version_scheme": "no-guess-dev", "fallback_version": "0.1.0"})
