-- +goose Up
-- What became of the last round of each shared job, written with its lease.
ALTER TABLE leases ADD COLUMN began_at DATETIME/*!(3)*/ NULL;
ALTER TABLE leases ADD COLUMN ended_at DATETIME/*!(3)*/ NULL;
ALTER TABLE leases ADD COLUMN failed_at DATETIME/*!(3)*/ NULL;
ALTER TABLE leases ADD COLUMN last_error VARCHAR(500) NOT NULL DEFAULT '';
