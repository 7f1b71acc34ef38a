package engine

import (
	"image"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/sign"
)

// State is the whole engine at a glance, for the tray.
type State string

// The states, from start-up on.
const (
	Starting  State = "starting"  // no reading of the store yet
	SetUp     State = "setUp"     // a person must still connect an account or assign a display
	Working   State = "working"   // frames are on their way
	InOrder   State = "inOrder"   // every assigned sign shows what it should
	Attention State = "attention" // at least one problem of severity warning or worse
	Paused    State = "paused"    // a person paused all pushes
)

// Snapshot is everything the app shows, at one instant. It is immutable and
// shares no memory with the engine that anyone writes to.
type Snapshot struct {
	Seq      uint64 // grows with every published change
	At       time.Time
	State    State
	Paused   bool // a person paused all pushes; State may tell of something graver
	Account  Account
	Sync     Sync
	Rooms    []Room    // by name
	Displays []Display // assigned first, then adopted, then found; by name
	Gateways []Gateway // those in use first, then found ones; by name
	Serving  Serving
	Problems []health.Problem
	Activity []Activity // newest first, at most ActivityShown
	Digest   Digest
	Policy   sign.Policy
	Designs  Designs
}

// Designs is what the organisation brought along for its signs.
type Designs struct {
	Logo         image.Image // nil = none
	Templates    []Template  // by name
	PictureHosts []string    // that templates may fetch pictures from
}

// ActivityShown is how many entries of the activity list a snapshot carries.
const ActivityShown = 200

// AccountState says how the sign-in stands.
type AccountState string

// The states of the account.
const (
	SignedOut   AccountState = "signedOut"   // never connected, or disconnected by a person
	Connecting  AccountState = "connecting"  // a browser is open at the sign-in page
	Connected   AccountState = "connected"   // tokens are held and were accepted when last used
	NeedsSignIn AccountState = "needsSignIn" // Microsoft refuses the tokens until a person signs in
	NeedsSecret AccountState = "needsSecret" // Microsoft refuses the client secret: a new one is needed, and nothing else
	Locked      AccountState = "locked"      // the sign-in is kept, but the keychain that protects it can't be opened now
)

// Mode is how Roomink gets at the calendars.
type Mode string

// The modes.
const (
	// Delegated acts for an account that signs in, and sees what it may see.
	Delegated Mode = "delegated"
	// Application acts for itself, after an administrator approved that for the
	// whole organisation.
	Application Mode = "application"
)

// Account is the connection to Microsoft 365.
type Account struct {
	State       AccountState
	Credentials Credentials // as saved, with Secret left empty
	HasSecret   bool        // a secret is kept in the vault
	Draft       Draft       // what was begun to be set up; the zero value if nothing was

	Mode         Mode   // of the connection; "" while SignedOut
	Username     string // who is signed in, such as "admin@contoso.com"; empty for an Application
	Name         string // of the account, or of the app registration
	Tenant       string // tenant id that answered
	CanListRooms bool   // the directory's list of rooms was consented to
	CanWrite     bool   // booking at the door was consented to
	Exposure     Exposure
	// KeyPlace is where the key lies that protects the secrets, for a person; "" while
	// it is Locked. KeyMade is since when there is that key.
	KeyPlace string
	KeyMade  time.Time

	SignInURL   string       // while Connecting: the page, for "Open again"
	SignInUntil time.Time    // while Connecting: when Roomink stops waiting for the browser
	Problem     *Explanation // why the last attempt or refresh did not work; nil if it did
}

// Credentials are what an admin brings from the portal.
type Credentials struct {
	Mode     Mode   // "" = Delegated
	Cloud    string // name of the cloud; "" = global
	Tenant   string // tenant id, a verified domain, or "organizations" for an app of several tenants
	ClientID string // "Application (client) ID"
	// Public says that the redirect URI is registered for the platform "Mobile and
	// desktop applications", which has no secret. Only for Delegated.
	Public bool
	Secret string // the secret's value; "" keeps the saved one
	// SecretExpires is the day that the portal shows beside the secret; zero = unknown.
	SecretExpires time.Time
	// Directory also asks to list the organisation's rooms. Only an administrator
	// can consent to that; without it, rooms are added by address.
	Directory bool
	// Booking also asks to write into calendars, for booking at the door.
	Booking bool

	RedirectPath string // path of the redirect URI; "" = "/roomink"
	Port         int    // loopback port to wait for the browser on; 0 = any free one
}

// Draft is what a person has begun to set up, kept as it is typed.
type Draft struct {
	Credentials        // not checked; Secret is empty in snapshots
	HasSecret   bool   // a secret was typed and is kept in the vault
	Step        string // where in the guide the person is; the app's own name for it
	Mailbox     string // of a person, to prove that an Application can't read it
}

// ExposureState says whether an Application can read mailboxes that are no rooms.
type ExposureState string

// The states of exposure.
const (
	NotChecked ExposureState = ""       // or not an Application
	Closed     ExposureState = "closed" // Exchange refused to show the mailbox
	Exposed    ExposureState = "open"   // Roomink could read it: access has to be narrowed
	Unclear    ExposureState = "unclear"
)

// Exposure is the outcome of the last look at a mailbox that is no room.
type Exposure struct {
	State   ExposureState
	Mailbox string       // that was looked at
	At      time.Time    // when
	Problem *Explanation // why it is Unclear
}

// Explanation is an error in words for a person; see [Explain].
type Explanation struct {
	Title   string // what failed, on what: one line
	Text    string // why; may be empty
	Remedy  string // what to do next; may be empty
	Details string // for support: codes, correlation id, time, the raw text; no secrets
	Code    int    // AADSTS number of Microsoft's sign-in service, to choose what to offer; 0 = none
}

// Sync is how the reading of calendars stands.
type Sync struct {
	LastOK  time.Time    // end of the last round in which every room was read; zero = never
	Problem *Explanation // what stops the whole round; nil when all is well
	Pace    Pace
	Today   Tally
}

// Pace is how often calendars are read, and why not more often.
type Pace struct {
	Interval time.Duration // each room is read this often; 0 = not known yet
	Wanted   time.Duration // how often it would be read if Microsoft kept up with any number of rooms
	PerBatch time.Duration // what Microsoft takes for twenty rooms, on average
	Rooms    int
	Office   bool // it is within office hours; outside of them calendars are read less often
}

// Tally counts what went on between Roomink and Microsoft since midnight, or since the
// start if that was later.
type Tally struct {
	Since     time.Time
	Rounds    int // in which all rooms were asked for
	Requests  int // HTTP requests to Graph
	Throttled int // requests, or parts of one, that Graph put off
	Failed    int // requests, or parts of one, that failed in another way
	// Healed counts events that differed from what Graph had announced, and were put
	// right by the nightly reading of everything.
	Healed int
}

// Room is one room with what is known of its calendar.
type Room struct {
	calendar.Agenda
	Now     calendar.Status // at Snapshot.At
	Problem *Explanation    // why this room can't be read; nil when it can
	Display []display.ID    // the signs at its door
	Manual  bool            // a person typed its address
	Events  int             // entries that are known of it, from yesterday to a week ahead
	// Concealed says that the mailbox puts the organiser in place of the subject; see
	// [Cure].
	Concealed bool
	Denied    bool // Problem is that Microsoft refuses to show the calendar; see [Cure]
	// Override is what the sign of this room does otherwise than Snapshot.Policy.
	Override sign.Override
	// RemovedAt is when the directory stopped listing it; zero while it does, and for a
	// room that a person typed. Its displays stay assigned until a person decides.
	RemovedAt time.Time
}

// Stage is how far a display has come.
type Stage string

// The stages.
const (
	Found    Stage = "found"    // seen on the network, not ours
	Adopted  Stage = "adopted"  // ours, no room yet
	Assigned Stage = "assigned" // shows a room
)

// DeliveryState says how the glass compares with what it should show.
type DeliveryState string

// The states of delivery.
const (
	NothingToShow DeliveryState = "nothingToShow" // not assigned, and never written to
	Pending       DeliveryState = "pending"       // differs; a push is due or held back
	Pushing       DeliveryState = "pushing"       // a push is going on
	Delivered     DeliveryState = "delivered"     // the display confirmed this very frame
	Retrying      DeliveryState = "retrying"      // the last push did not work; see Problem and NextTry
	Waiting       DeliveryState = "waiting"       // the frame is ready, and the display will have it when it next wakes; see Due
)

// Display is one display with all that is known of it.
type Display struct {
	display.Display
	Stage    Stage
	Room     calendar.RoomID // when Assigned
	LastSeen time.Time       // last announcement or answer
	Silent   bool            // it announced itself, and no longer does: off, asleep, or gone

	Problem *Explanation // why it can't be reached or used; nil when it can

	Sign        *sign.Sign // what it should say; nil where Delivery is NothingToShow
	Frame       *display.Frame
	Delivery    DeliveryState
	DeliveredAt time.Time // when the glass was last confirmed; zero = never
	NextTry     time.Time // when Retrying
	HeldUntil   time.Time // when Pending: until then the push waits to spare the panel or the battery; zero = it does not

	// Due is when a display that sleeps should be heard next; zero = not known.
	Due time.Time
	// Charge is what is left of its battery in percent, 0 = unknown or mains, and DaysLeft
	// an estimate of how long that lasts, 0 = none can be made yet.
	Charge, DaysLeft int
	// Asks says that the device, which nobody adopted, fetches pictures and asks to be let
	// in; or that an adopted one asks from another address, or for a new key: see
	// [Engine.Approve].
	Asks bool
	// Pulls says that the device can both be pushed to and fetch; see [Engine.SetPull].
	Pulls bool
	// Clear says in words what travels to it unencrypted, "" if nothing does.
	Clear string
	// Pressed are the last presses of its buttons, newest first, at most ten.
	Pressed []display.Button
}

// Label is the best short name of the display for a person.
func (d Display) Label() string {
	if d.Name != "" {
		return d.Name
	}
	return string(d.ID)
}

// Activity is one line of what happened.
type Activity struct {
	ID   int64 // grows
	At   time.Time
	Kind ActivityKind
	// Text is fit to show, such as "Oslo: the sign at the door was updated". It
	// holds no subject of a meeting.
	Text    string
	Problem bool   // something did not work
	Actor   string // who asked for it: a user of the computer; "" = Roomink did it by itself
}

// ActivityKind groups activities for a filter.
type ActivityKind string

// The kinds of activity.
const (
	ActAccount  ActivityKind = "account"
	ActCalendar ActivityKind = "calendar"
	ActDisplay  ActivityKind = "display"
	ActSign     ActivityKind = "sign"
)
