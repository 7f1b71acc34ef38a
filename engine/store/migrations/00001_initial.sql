-- Instants are Unix milliseconds, UTC. 0 = never. Dates of all-day events are
-- midnight UTC of the date (see calendar.Event).

-- +goose Up
CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- What the vault sealed; useless without the key in the operating system's keychain.
CREATE TABLE secrets (
    name   TEXT PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE rooms (
    id        TEXT PRIMARY KEY, -- SMTP address, lower case
    name      TEXT NOT NULL,
    building  TEXT NOT NULL,
    floor     TEXT NOT NULL,
    capacity  INTEGER NOT NULL,
    time_zone TEXT NOT NULL,    -- IANA name, '' = the office's
    manual    INTEGER NOT NULL, -- 1 = typed by a person
    listed_at INTEGER NOT NULL, -- when the directory last listed it
    cursor      TEXT NOT NULL DEFAULT '',
    window_from INTEGER NOT NULL DEFAULT 0,
    window_to   INTEGER NOT NULL DEFAULT 0,
    synced_at   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE events (
    room_id      TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    id           TEXT NOT NULL,
    series_id    TEXT NOT NULL,
    subject      TEXT NOT NULL,
    organizer    TEXT NOT NULL,
    start_at     INTEGER NOT NULL,
    end_at       INTEGER NOT NULL,
    all_day      INTEGER NOT NULL,
    availability TEXT NOT NULL,
    private      INTEGER NOT NULL,
    cancelled    INTEGER NOT NULL,
    PRIMARY KEY (room_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_by_series ON events (room_id, series_id) WHERE series_id <> '';

-- Only displays that a person adopted; found ones live in memory.
CREATE TABLE displays (
    id           TEXT PRIMARY KEY,
    protocol     TEXT NOT NULL,
    name         TEXT NOT NULL,
    model        TEXT NOT NULL,
    firmware     TEXT NOT NULL,
    address      TEXT NOT NULL,
    width        INTEGER NOT NULL,
    height       INTEGER NOT NULL,
    scheme       TEXT NOT NULL,
    rotation     INTEGER NOT NULL,
    battery      INTEGER NOT NULL, -- millivolts, 0 = unknown
    temperature  REAL NOT NULL,    -- degrees Celsius
    telemetry_at INTEGER NOT NULL,
    last_seen    INTEGER NOT NULL,
    adopted_at   INTEGER NOT NULL,
    room_id      TEXT REFERENCES rooms (id) ON DELETE SET NULL
) STRICT;

-- The last frame that a display confirmed. No row = the glass is unknown.
CREATE TABLE deliveries (
    display_id   TEXT PRIMARY KEY REFERENCES displays (id) ON DELETE CASCADE ON UPDATE CASCADE,
    hash         TEXT NOT NULL,
    delivered_at INTEGER NOT NULL
) STRICT;

CREATE TABLE activity (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    text    TEXT NOT NULL,
    problem INTEGER NOT NULL
) STRICT;
