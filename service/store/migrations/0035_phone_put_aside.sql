-- +goose Up
-- Of two phone numbers one stays when two persons are joined (docs/adr/0036). The
-- other is put aside with the link, sealed, and comes back when it is undone.
ALTER TABLE person_links ADD COLUMN phone_aside VARCHAR(255) NOT NULL DEFAULT '';
ALTER TABLE person_links ADD COLUMN phone_aside_hash VARCHAR(64) NOT NULL DEFAULT '';
CREATE INDEX person_links_aside ON person_links (phone_aside_hash);
-- Both sides hear of a link, each on its own account of WeChat.
ALTER TABLE notices ADD COLUMN only_on VARCHAR(16) NOT NULL DEFAULT '';
