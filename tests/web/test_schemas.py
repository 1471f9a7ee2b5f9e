"""What requests hold, as schemas."""

from __future__ import annotations

from pydantic import BaseModel

from web.schemas.jobs import JobsQuery, WaitQuery


def test_a_query_s_schema_is_made_once_and_as_pydantic_makes_it() -> None:
    plain = BaseModel.model_json_schema.__func__  # type: ignore[attr-defined] # a class method
    for model in (WaitQuery, JobsQuery):
        assert model.model_json_schema() is model.model_json_schema()
        assert model.model_json_schema() == plain(model)
        assert model.model_json_schema(mode="serialization") == plain(model, mode="serialization")
