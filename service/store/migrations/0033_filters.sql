-- +goose Up
-- A saved filter may name several states of a message, one after the other with
-- commas between; none means whatever the narrowing takes.
ALTER TABLE saved_filters ADD COLUMN states VARCHAR(255) NOT NULL DEFAULT '';
-- The audit log is often narrowed by two things at once. Each walk carries the
-- other columns, so that what is passed over on the way is not read.
CREATE INDEX audit_lines_by_actor ON audit_lines (actor, at, id, action, target_kind, area_path);
CREATE INDEX audit_lines_by_action ON audit_lines (action, at, id, target_kind, area_path);
CREATE INDEX audit_lines_by_kind ON audit_lines (target_kind, at, id, area_path);
DROP INDEX audit_lines_who /*! ON audit_lines */;
DROP INDEX audit_lines_what /*! ON audit_lines */;
DROP INDEX audit_lines_kind /*! ON audit_lines */;
