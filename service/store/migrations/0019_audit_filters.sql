-- +goose Up
-- The log is narrowed by who, what and which kind of record, newest first. The
-- walk over all of it carries the area, so that what lies outside an auditor's
-- areas is passed over without reading its line.
CREATE INDEX audit_lines_walk ON audit_lines (at, id, area_path);
CREATE INDEX audit_lines_who ON audit_lines (actor, at, id);
CREATE INDEX audit_lines_what ON audit_lines (action, at, id);
CREATE INDEX audit_lines_kind ON audit_lines (target_kind, at, id);
DROP INDEX audit_lines_at /*! ON audit_lines */;
