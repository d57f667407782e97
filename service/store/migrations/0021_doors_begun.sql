-- +goose Up
-- Since when an attempt to bring an article through a door goes on.
ALTER TABLE article_doors ADD COLUMN begun_at DATETIME/*!(3)*/ NULL;
