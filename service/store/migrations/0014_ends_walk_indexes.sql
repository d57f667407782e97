-- +goose Up
-- What is past its time is looked for every hour, and most hours there is
-- nothing: that must not be a walk over every row of the tables that grow.
CREATE INDEX sessions_ends ON sessions (refresh_expires_at);
CREATE INDEX tasks_ended ON tasks (state, ended_at);
CREATE INDEX notices_created ON notices (created_at);
CREATE INDEX readings_at ON readings (at);
CREATE INDEX consents_at ON consents (at);
CREATE INDEX people_seen ON people (last_visit_at);
CREATE INDEX messages_closed ON messages (emptied_at, closed_at);
