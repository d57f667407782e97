-- +goose Up
-- Where the middle of an area is, as "latitude,longitude" in degrees; '' when
-- nobody has said. Always read with the other areas and compared in memory.
ALTER TABLE areas ADD COLUMN centre VARCHAR(32) NOT NULL DEFAULT '';
