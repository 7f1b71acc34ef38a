package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// group commits writes that come at the same time in one transaction, because the
// disk's flush at each commit is what they cost: when a thousand signs change on the
// hour, their records would otherwise queue for seconds. The zero value is ready.
type group struct {
	queueMu sync.Mutex
	queue   []*write
	leader  sync.Mutex // held by whoever commits for all that are queued
}

// write is one caller's part of a group.
type write struct {
	f    func(context.Context, *sql.Tx) error
	then func(error) // with the outcome, before the next group is written; may be nil
	done bool        // guarded by group.leader
	err  error
}

// grouped runs f in a transaction that it may share with others, and returns once
// that is committed. An error of f undoes its own part only.
func (db *DB) grouped(ctx context.Context, what string, f func(context.Context, *sql.Tx) error) error {
	return db.groupedThen(ctx, what, f, nil)
}

// groupedThen is grouped with somebody who hears of the outcome before the next group is
// written.
func (db *DB) groupedThen(ctx context.Context, what string, f func(context.Context, *sql.Tx) error, then func(error)) error {
	if err := ctx.Err(); err != nil {
		if then != nil {
			db.group.leader.Lock()
			defer db.group.leader.Unlock()
			then(err)
		}
		return fmt.Errorf("%s: %w", what, err)
	}
	g, own := &db.group, &write{f: f, then: then}
	g.queueMu.Lock()
	g.queue = append(g.queue, own)
	g.queueMu.Unlock()

	g.leader.Lock()
	defer g.leader.Unlock()
	if !own.done { // nobody took it along: lead
		g.queueMu.Lock()
		batch := g.queue
		g.queue = nil
		g.queueMu.Unlock()
		// The others' writes must not depend on whether this caller still waits.
		db.commit(context.WithoutCancel(ctx), batch)
	}
	if own.err != nil {
		return fmt.Errorf("%s: %w", what, fault(own.err))
	}
	return nil
}

// commit runs a batch in one transaction, each part behind a savepoint.
func (db *DB) commit(ctx context.Context, batch []*write) {
	err := db.tx(ctx, "write", func(tx *sql.Tx) error {
		for _, w := range batch {
			if err := part(ctx, tx, w); err != nil {
				return err
			}
		}
		return nil
	})
	for _, w := range batch {
		w.done = true
		if err != nil {
			w.err = err
		}
		if w.then != nil {
			w.then(w.err)
		}
	}
}

// part runs one write. Its own error stays with it; the error returned concerns all.
func part(ctx context.Context, tx *sql.Tx, w *write) error {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT part"); err != nil {
		return err
	}
	if w.err = w.f(ctx, tx); w.err != nil {
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO part"); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "RELEASE part")
	return err
}
