"""splink (DuckDB) on the same rows, with the settings and the training of its documentation.

It gets every value in the form that the product compares (normalised names, E.164 phones, folded e-mail addresses), the
product's national-id veto, and the one threshold out of many at which its F1 is best: chosen with the truth, which the
product never sees.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

import pyarrow
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

__all__ = ["Row", "scored_pairs"]

Row = dict[str, Any]


def scored_pairs(rows: Sequence[Row]) -> tuple[dict[tuple[int, int], float], float]:
    """Pairs of row numbers with their match weight (base 2), and the seconds of training and prediction."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    began = time.perf_counter()
    api = DuckDBAPI()
    table = api.register(pyarrow.Table.from_pylist(list(rows)))
    linker = Linker(table, _settings(), log_level=logging.ERROR)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("given", "family", "born"), block_on("email"), block_on("phone", "given")], recall=0.7
    )
    training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    training.estimate_parameters_using_expectation_maximisation(block_on("given", "family"))
    training.estimate_parameters_using_expectation_maximisation(block_on("born"))
    training.estimate_parameters_using_expectation_maximisation(block_on("email"))
    found = linker.inference.predict(threshold_match_probability=0.01).as_record_list()
    pairs = {
        (min(each["unique_id_l"], each["unique_id_r"]), max(each["unique_id_l"], each["unique_id_r"])): float(
            each["match_weight"]
        )
        for each in found
    }
    return pairs, time.perf_counter() - began


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("given", "family"),
            block_on("born"),
            block_on("phone"),
            block_on("email"),
            block_on("postal_code", "family"),
            block_on("postal_code", "given"),
            block_on("city", "line1"),
        ],
        comparisons=[
            cl.ForenameSurnameComparison("given", "family"),
            cl.DateOfBirthComparison("born", input_is_string=True),
            cl.DamerauLevenshteinAtThresholds("phone", [1, 2]),
            cl.EmailComparison("email"),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postal_code", 1),
            cl.JaroWinklerAtThresholds("line1", [0.92, 0.8]),
        ],
        retain_intermediate_calculation_columns=False,
    )
