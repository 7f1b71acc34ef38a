-- +goose Up
-- Who did it: a user of the computer, '' = Roomink by itself.
ALTER TABLE activity ADD COLUMN actor TEXT NOT NULL DEFAULT '';
