package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"github.com/thejerf/suture/v4"
	"golang.org/x/sync/singleflight"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/discovery"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/httpclient"
	"github.com/roomink/roomink/engine/reconcile"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
	"github.com/roomink/roomink/engine/typefaces"
	"github.com/roomink/roomink/engine/vault"
	"github.com/roomink/roomink/engine/zones"
)

// Config is what an [Engine] needs.
type Config struct {
	Dir     string // folder of the database, made if missing
	Drivers []display.Driver
	Pulls   []pull.Protocol // languages of displays that fetch their pictures; may be nil
	Listens []pull.Listener // the same of those that speak no HTTP; may be nil
	Shelf   *pull.Shelf     // of pictures that Drivers make displays fetch; may be nil
	// Source makes the calendar source of a signed-in account.
	Source func(SourceConfig) (Source, error)
	// OpenBrowser shows a web page to the person. It must return promptly.
	OpenBrowser func(url string) error
	Logger      *slog.Logger

	// optional
	Clouds     []entra.Cloud                   // to choose from; default entra.Clouds()
	KeyStores  []vault.KeyStore                // default: the OS keychain, then a key file in Dir
	Interfaces func() ([]net.Interface, error) // to browse for displays on; default: all real ones
	HTTPClient *http.Client                    // to Microsoft; default one with a time-out
	Actor      string                          // who gives the commands, for the activity list; default the user who runs the program
	Addresses  func() ([]net.Addr, error)      // of this computer, to notice another network; default net.InterfaceAddrs
	Now        func() time.Time                // default time.Now
	Location   *time.Location                  // where the office is; default what Zone says
	Zone       func() *time.Location           // the computer's zone, which may change; default zones.Local
	Interval   time.Duration                   // between readings of the calendars in office hours; default 30 s
	Quiet      time.Duration                   // the same outside office hours; default 5 min, or Interval where that is given
	Rescan     time.Duration                   // between searches for displays; default 15 s
}

// Engine is everything of Roomink that works without a screen. Its methods are
// safe for concurrent use; commands return an error that [Explain] puts in words.
type Engine struct {
	cfg        Config
	log        *slog.Logger
	inUse      *flock.Flock // held while the engine is open
	db         *store.DB
	renderer   *frame.Renderer
	catalogue  *sign.Catalogue // what signs say
	health     *health.Registry
	rec        *reconcile.Reconciler
	browser    *discovery.Browser // once Run has begun; mu guards it
	drivers    map[string]display.Driver
	tree       *suture.Supervisor
	office     atomic.Pointer[time.Location] // see here
	dirty      chan struct{}                 // capacity 1: a snapshot is due
	probes     chan display.ID
	missing    chan struct{} // capacity 1: a picture may have to be fetched
	serveAgain chan struct{} // capacity 1: who needs the server for displays may have changed

	// Each is taken before those that follow it, and mu last.
	connecting sync.Mutex         // held by whoever connects, disconnects or changes secrets
	drafting   sync.Mutex         // held by whoever saves what a person typed
	keeping    sync.Mutex         // held while something of a connection is saved, or it is given up
	granting   sync.Mutex         // held while a display is given a token
	designing  sync.Mutex         // held while what the signs look like is changed
	agendas    sync.Mutex         // from the commit of a reading, or of what becomes of a room, to the state in memory
	asking     singleflight.Group // of questions to displays, by address

	mu    sync.Mutex
	vault *vault.Vault // nil while the keychain is locked; mu guards the pointer
	state state
}

// state is what Snapshot is made of; Engine.mu guards it.
type state struct {
	seq       uint64
	ready     bool        // Run has begun
	conn      *connection // nil = signed out
	signingIn bool
	locked    bool    // there is a sign-in, but the vault is locked
	refused   refusal // what Microsoft holds against the connection
	account   Account // its State and names come from the fields above
	sync      Sync
	paced     time.Duration // the interval before that of sync.Pace: some rooms were read at it
	rooms     map[calendar.RoomID]*room
	displays  map[display.ID]*device
	gateways  map[string]*gateway   // by Gateway.ID
	tokens    map[string]display.ID // by hash, of displays that fetch
	serving   serving
	presses   map[chan Press]struct{} // of those who want to know
	activity  []Activity
	policy    sign.Policy
	designs
	paused   bool
	searchOn []string // names of the network adapters to look for displays on; none = all real ones
	watchers map[chan Snapshot]struct{}
	failing  string    // the part that failed last
	resumed  time.Time // when parts that failed again and again were last tried anew; zero = they hold
	digest   Digest
}

// Open opens the store in cfg.Dir and loads what it holds. Nothing runs yet: call
// Run. Close the engine in any case.
func Open(ctx context.Context, cfg Config) (_ *Engine, err error) {
	cfg.Now = orNow(cfg.Now)
	if cfg.Zone == nil {
		cfg.Zone = zones.Local
	}
	if fixed := cfg.Location; fixed != nil {
		cfg.Zone = func() *time.Location { return fixed }
	}
	if cfg.Interval == 0 {
		cfg.Interval, cfg.Quiet = syncer.DefaultInterval, cmp.Or(cfg.Quiet, syncer.DefaultQuiet)
	}
	cfg.Quiet = cmp.Or(cfg.Quiet, cfg.Interval)
	cfg.Rescan = cmp.Or(cfg.Rescan, discovery.DefaultRescan)
	if len(cfg.Clouds) == 0 {
		cfg.Clouds = entra.Clouds()
	}
	cfg.Actor = cmp.Or(cfg.Actor, currentUser())
	if cfg.Addresses == nil {
		cfg.Addresses = net.InterfaceAddrs
	}
	if cfg.HTTPClient == nil {
		cfg.HTTPClient = httpclient.New()
	}
	e := &Engine{
		cfg: cfg, log: cfg.Logger, drivers: make(map[string]display.Driver),
		dirty: make(chan struct{}, 1), probes: make(chan display.ID, 256), missing: make(chan struct{}, 1), serveAgain: make(chan struct{}, 1),
		state: state{
			policy:   sign.DefaultPolicy(),
			rooms:    make(map[calendar.RoomID]*room),
			displays: make(map[display.ID]*device),
			gateways: make(map[string]*gateway),
			tokens:   make(map[string]display.ID),
			serving:  serving{own: make(map[string]bool)},
			presses:  make(map[chan Press]struct{}),
			designs: designs{
				templates: make(map[string]ownTemplate), pictures: make(map[string]*fetched),
				overrides: make(map[calendar.RoomID]sign.Override), looks: make(map[string]*frame.Look),
			},
			watchers: make(map[chan Snapshot]struct{}),
		},
	}
	e.office.Store(cfg.Zone())
	e.health = health.NewRegistry(cfg.Now, e.changed)
	for _, d := range cfg.Drivers {
		e.drivers[d.Protocol()] = d
	}
	if e.renderer, err = frame.New(frame.Options{
		Fallback: typefaces.New(typefaces.Options{Cache: filepath.Join(cfg.Dir, "fonts"), Logger: cfg.Logger}),
	}); err != nil {
		return nil, fmt.Errorf("load the fonts: %w", err)
	}
	if err := e.lock(ctx); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.Close())
		}
	}()
	if e.db, err = store.Open(ctx, cfg.Dir, cfg.Now); err != nil {
		return nil, err
	}
	e.noteQuarantine()
	e.openLanguages()
	if err := e.openVault(ctx); err != nil {
		return nil, err
	}
	e.rec = reconcile.New(reconcile.Config{World: e, Ledger: e.db, Pusher: e, Logger: e.log,
		Now: cfg.Now, OnStatus: e.onStatus, OnLedgerError: e.storeFailed, OnClockJump: e.SyncNow, OnPanic: e.panicked})
	e.tree = e.supervisor("roomink")
	if err := e.load(ctx); err != nil {
		return nil, err
	}
	if v, err := e.openedVault(); err == nil && v.Unfinished() {
		if err := e.RenewKey(byItself(ctx)); err != nil { // it works as it is; the next start tries again
			e.log.Warn("An interrupted renewal of the key could not be finished", "err", err)
		}
	}
	return e, nil
}

func orNow(now func() time.Time) func() time.Time {
	if now == nil {
		return time.Now
	}
	return now
}

// noteQuarantine tells of a damaged database that the store has put aside.
func (e *Engine) noteQuarantine() {
	if e.db.Quarantined == "" {
		return
	}
	e.health.Set(health.Problem{Code: codeQuarantined, Severity: health.Warning,
		Title:  "The database was damaged and has been put aside",
		Text:   "Roomink started with an empty one. The damaged file is kept as " + e.db.Quarantined + ".",
		Remedy: "Connect the account and assign the displays again, or restore the folder from a backup."})
}

// Run works until ctx ends: it reads calendars, looks for displays and pushes
// frames. It returns nil when ctx ended and all has stopped, or within two seconds of that.
func (e *Engine) Run(ctx context.Context) error {
	ctx = byItself(ctx)
	browser := discovery.New(discovery.Options{
		Found: e.onCandidate, Lost: e.onSilent, Known: e.isAdopted, Notice: e.onDiscoveryNotice,
		Announcers: e.announcers(), Searchers: e.searchers(), Interfaces: e.searchedInterfaces, Rescan: e.cfg.Rescan, Now: e.cfg.Now, Logger: e.log,
	})
	e.tree.Add(service{"publish", e.publish})
	e.tree.Add(service{"probe", e.probe})
	e.tree.Add(service{"housekeeping", e.housekeeping})
	e.tree.Add(service{"pictures", e.fetchPictures})
	e.tree.Add(service{"discovery", browser.Serve})
	e.tree.Add(service{"network", e.watchNetwork})
	e.tree.Add(service{"displays that fetch", e.serveDisplays})
	if !e.unlocked() {
		e.tree.Add(service{"unlock", e.unlock})
	}
	e.tree.Add(service{"reconcile", func(ctx context.Context) error {
		e.awaitFirstReading(ctx)
		return e.rec.Serve(ctx)
	}})
	e.mu.Lock()
	e.browser, e.state.ready = browser, true
	for _, g := range e.state.gateways {
		if g.inUse {
			e.watchGateway(g)
		}
	}
	if c := e.state.conn; c != nil {
		e.launch(c)
	}
	e.mu.Unlock()
	e.changed()
	err := e.tree.Serve(ctx)
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("run the engine: %w", err)
}

// Close writes what is pending and closes the store. Call it after Run returned.
func (e *Engine) Close() error {
	var err error
	if e.db != nil {
		err = e.db.Close()
	}
	return errors.Join(err, e.inUse.Unlock())
}

// ErrInUse says that another Roomink works with the same data folder.
var ErrInUse = errors.New("another Roomink is running with the same data folder")

// lockFile is held by the engine that works with a data folder.
const lockFile = "roomink.lock"

// InUse reports whether an engine works with a data folder now. It takes the lock for a
// moment where none does.
func InUse(dir string) (bool, error) {
	l := flock.New(filepath.Join(dir, lockFile))
	free, err := l.TryRLock()
	if err != nil {
		return false, fmt.Errorf("look whether the data folder is in use: %w", err)
	}
	return !free, l.Unlock()
}

// lock keeps a second engine away from the folder: two would push the same signs.
func (e *Engine) lock(ctx context.Context) error {
	if err := os.MkdirAll(e.cfg.Dir, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	e.inUse = flock.New(filepath.Join(e.cfg.Dir, lockFile))
	// Somebody who only asks InUse holds it for a moment.
	patience, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	ok, err := e.inUse.TryLockContext(patience, 20*time.Millisecond)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		ok, err = false, nil
	}
	if err != nil {
		return fmt.Errorf("lock the data folder: %w", err)
	}
	if !ok {
		return fmt.Errorf("%w: %s", ErrInUse, e.cfg.Dir)
	}
	return nil
}

// firstReadingPatience bounds how long pushes wait for the first reading after a
// start: signs keep what they show meanwhile, instead of flashing "not up to date"
// for the seconds until the calendars have been read.
const firstReadingPatience = 20 * time.Second

func (e *Engine) awaitFirstReading(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, firstReadingPatience)
	defer cancel()
	for s := range e.Watch(ctx) {
		if s.Account.State != Connected || !s.Sync.LastOK.IsZero() || s.Sync.Problem != nil {
			return
		}
	}
}

// housekeeping writes what the store only remembered, and looks at everything
// anew from time to time, so that nothing can stay wrong because of a lost event.
func (e *Engine) housekeeping(ctx context.Context) error {
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	for minute := 1; ; minute++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
		if err := errors.Join(e.db.Flush(ctx), e.saveHeard(ctx)); err != nil && ctx.Err() == nil {
			e.storeFailed(err)
		} else {
			e.health.Clear(codeStore, "")
		}
		e.noteOverdue()
		e.noteMended()
		e.noteZone(ctx)
		e.dueDigest(ctx)
		if len(e.health.Problems()) > 0 {
			e.changed() // how long they last matters to who is told of them
		}
		if minute%10 == 0 {
			e.touchAll()
			e.watchSecret()
			e.dropStrangers()
		}
	}
}

// changed asks for a new snapshot.
func (e *Engine) changed() {
	select {
	case e.dirty <- struct{}{}:
	default:
	}
}
