package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// Gateway is an access point or hub that a person uses.
type Gateway struct {
	display.Hub
	AddedAt  time.Time
	LastSeen time.Time
}

// GatewaySecret is the name of the secret that is the key of a gateway.
func GatewaySecret(protocol, address string) string { return "gateway:" + protocol + " " + address }

// Gateways gives all gateways by name.
func (db *DB) Gateways(ctx context.Context) ([]Gateway, error) {
	return list(ctx, db, "read the gateways",
		"SELECT protocol, address, name, model, firmware, added_at, last_seen FROM gateways ORDER BY name, protocol, address",
		func(row *sql.Rows) (g Gateway, err error) {
			var added, seen int64
			err = row.Scan(&g.Protocol, &g.Address, &g.Name, &g.Model, &g.Firmware, &added, &seen)
			g.AddedAt, g.LastSeen = instant(added), instant(seen)
			return g, err
		})
}

// SaveGateway keeps a gateway, or what has changed about one; when it was added stays.
func (db *DB) SaveGateway(ctx context.Context, g Gateway) error {
	return db.exec(ctx, "save the gateway", `
		INSERT INTO gateways (protocol, address, name, model, firmware, added_at, last_seen) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (protocol, address) DO UPDATE SET name = excluded.name, model = excluded.model,
			firmware = excluded.firmware, last_seen = excluded.last_seen`,
		g.Protocol, g.Address, g.Name, g.Model, g.Firmware, millis(g.AddedAt), millis(g.LastSeen))
}

// DeleteGateway forgets a gateway and its key. It returns [ErrNotFound] if there is none.
func (db *DB) DeleteGateway(ctx context.Context, protocol, address string) error {
	return db.tx(ctx, "forget the gateway", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, deleteSecret, GatewaySecret(protocol, address)); err != nil {
			return err
		}
		return some(tx.ExecContext(ctx, "DELETE FROM gateways WHERE protocol = ? AND address = ?", protocol, address))
	})
}

// some turns a change of no row into [ErrNotFound].
func some(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return ErrNotFound
}
