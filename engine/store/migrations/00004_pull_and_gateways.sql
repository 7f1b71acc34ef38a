-- +goose Up
-- Instants are Unix milliseconds, UTC. 0 = never.
ALTER TABLE displays ADD COLUMN pull INTEGER NOT NULL DEFAULT 0;       -- 1 = it fetches its pictures
ALTER TABLE displays ADD COLUMN sleeps INTEGER NOT NULL DEFAULT 0;     -- 1 = it is off the network most of the time
ALTER TABLE displays ADD COLUMN secured INTEGER NOT NULL DEFAULT 0;    -- 1 = it demanded encryption at some time
ALTER TABLE displays ADD COLUMN token_hash TEXT NOT NULL DEFAULT '';   -- SHA-256, hex, of what it proves itself with; '' = nothing
ALTER TABLE displays ADD COLUMN host TEXT NOT NULL DEFAULT '';         -- where it may fetch from without a token; '' = not known yet
ALTER TABLE displays ADD COLUMN percent INTEGER NOT NULL DEFAULT 0;    -- of its battery, by its own word; 0 = not told
ALTER TABLE displays ADD COLUMN signal INTEGER NOT NULL DEFAULT 0;     -- dBm; 0 = not told
ALTER TABLE displays ADD COLUMN due INTEGER NOT NULL DEFAULT 0;        -- when it said that it will be heard next
ALTER TABLE displays ADD COLUMN buttons INTEGER NOT NULL DEFAULT 0;    -- which parts of its announcements are buttons, one bit each

-- A frame that a gateway took for a display that sleeps. While it is not on the glass, hash
-- is '': the glass holds either that frame or what it held before.
ALTER TABLE deliveries ADD COLUMN ticket TEXT NOT NULL DEFAULT '';     -- the last that a gateway gave
ALTER TABLE deliveries ADD COLUMN offered TEXT NOT NULL DEFAULT '';    -- hash of its frame until that is on the glass
ALTER TABLE deliveries ADD COLUMN offered_at INTEGER NOT NULL DEFAULT 0;

-- The access points and hubs that a person uses. Their keys are secrets.
CREATE TABLE gateways (
    protocol  TEXT NOT NULL,
    address   TEXT NOT NULL, -- host:port
    name      TEXT NOT NULL,
    model     TEXT NOT NULL,
    firmware  TEXT NOT NULL,
    added_at  INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (protocol, address)
) STRICT, WITHOUT ROWID;

-- The last reading of each day, for an estimate of how long a battery lasts.
CREATE TABLE batteries (
    display_id TEXT NOT NULL REFERENCES displays (id) ON DELETE CASCADE ON UPDATE CASCADE,
    day        INTEGER NOT NULL, -- days since 1970-01-01, UTC
    millivolts INTEGER NOT NULL, -- 0 = not told
    percent    INTEGER NOT NULL, -- by the display's own word; 0 = not told
    PRIMARY KEY (display_id, day)
) STRICT, WITHOUT ROWID;
