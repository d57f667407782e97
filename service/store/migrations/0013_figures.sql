-- +goose Up
-- How many notices of the last day found no open channel is asked every few
-- seconds; without the index that is a walk over every notice there ever was.
CREATE INDEX notices_state ON notices (state, created_at);
