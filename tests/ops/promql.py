"""What a query is made of: the labels of its result, each name held against what there is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import promql_parser as promql
from prometheus_client.parser import text_string_to_metric_families

# What Prometheus adds to each sample, and its own metric of each target.
_ADDED = frozenset({"instance", "job"})
_UP = "up"
_SCALARS = (promql.NumberLiteral, promql.StringLiteral)
_SET = ("and", "unless", "or")


@dataclass
class Known:
    """The samples' names with their labels, and the values that these have."""

    labels: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    values: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def from_scrape(cls, told: str, more: Mapping[str, set[str]]) -> Known:
        """`more` values of labels than happened to occur."""
        known = cls()
        known.labels[_UP] = set()
        for family in text_string_to_metric_families(told):
            for sample in family.samples:
                known.labels[sample.name] |= set(sample.labels)
                for name, value in sample.labels.items():
                    known.values[name].add(value)
        for name, values in more.items():
            known.values[name] |= values
        return known

    def result_labels(self, query: str) -> frozenset[str]:
        """The labels of the query's result. Raises AssertionError for a metric, label or value
        that there is not, and for two sides that never match."""
        return self._of(promql.parse(query))

    def _of(self, expression: Any) -> frozenset[str]:
        match expression:
            case promql.VectorSelector():
                return self._selected(expression)
            case promql.MatrixSelector():
                return self._selected(expression.vector_selector)
            case promql.ParenExpr() | promql.UnaryExpr() | promql.SubqueryExpr():
                return self._of(expression.expr)
            case promql.AggregateExpr():
                inner = self._of(expression.expr)
                kept = frozenset(expression.modifier.labels if expression.modifier else ())
                if expression.op.__str__().endswith("topk"):
                    return inner
                assert kept <= inner, f"{expression}: {kept - inner} is no label there"
                return kept
            case promql.Call():
                vectors = [one for one in expression.args if not isinstance(one, _SCALARS)]
                (inner,) = [self._of(one) for one in vectors]
                if expression.func.name == "histogram_quantile":
                    assert "le" in inner, f"{expression}: no buckets are left"
                return inner - {"le"} if expression.func.name.startswith("hist") else inner
            case promql.BinaryExpr():
                return self._both(expression)
        raise AssertionError(f"{expression}: {type(expression)} is new here")

    def _both(self, expression: Any) -> frozenset[str]:
        sides = [
            None if isinstance(one, _SCALARS) else self._of(one)
            for one in (expression.lhs, expression.rhs)
        ]
        left, right = sides
        if left is None or right is None:
            return left or right or frozenset()
        matching = expression.modifier.matching if expression.modifier else None
        ignored = frozenset(matching.labels) if matching else frozenset()
        assert left - ignored == right - ignored, f"{expression}: the sides never match"
        return left

    def _selected(self, selector: Any) -> frozenset[str]:
        assert selector.name in self.labels, f"there is no metric {selector.name}"
        labels = self.labels[selector.name] | _ADDED
        for matcher in selector.matchers.matchers:
            assert matcher.name in labels, f"{selector.name} has no label {matcher.name}"
            words = matcher.value.split("|")
            if matcher.name in _ADDED or not all(re.fullmatch(r"[\w.]+", one) for one in words):
                continue
            if any("." in one and one not in self.values[matcher.name] for one in words):
                # A pattern, like 5..
                assert any(re.fullmatch(matcher.value, one) for one in self.values[matcher.name]), (
                    f"{matcher.name} is never like {matcher.value}"
                )
                continue
            strange = set(words) - self.values[matcher.name]
            assert not strange, f"{matcher.name} is never {strange}"
        return frozenset(labels)
