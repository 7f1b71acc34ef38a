package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/discovery"
	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/httpclient"
	"github.com/roomink/roomink/engine/store"
)

// verdict is how a check went.
type verdict string

const (
	good verdict = "ok"
	warn verdict = "warn"
	bad  verdict = "fail"
)

// finding is what a check found.
type finding struct {
	verdict
	what   string
	text   string
	remedy string
}

// examination is what the checks look at; tests put other things in its place.
type examination struct {
	dir        string
	now        func() time.Time
	resolve    func(ctx context.Context, host string) ([]string, error)
	client     *http.Client
	dial       func(ctx context.Context, network, address string) (net.Conn, error)
	interfaces func() ([]net.Interface, error)
	freeBytes  func(dir string) (uint64, error)
	proxy      func(address string) (*url.URL, error)
	clouds     []entra.Cloud
}

// How long checks may take.
const (
	netTime  = 15 * time.Second
	dialTime = 4 * time.Second
)

// doctor runs the checks and prints what they find; one that fails is an exit code of 1.
func doctor(ctx context.Context, args []string, cfg Config) error {
	var o options
	f := flags("doctor", cfg, &o)
	if err := parse(f, args, &o); err != nil {
		return err
	}
	x := examination{dir: o.dir, now: time.Now, resolve: net.DefaultResolver.LookupHost, client: httpclient.New(),
		dial: new(net.Dialer).DialContext, interfaces: discovery.Usable, freeBytes: freeBytes, proxy: httpclient.ProxyFor, clouds: entra.Clouds()}
	if o.netName != "" {
		x.interfaces = discovery.Named(o.netName)
	}
	return x.report(ctx, cfg.Stdout)
}

// report runs all checks.
func (x examination) report(ctx context.Context, w io.Writer) error {
	failed := 0
	tell := func(list ...finding) {
		for _, f := range list {
			fmt.Fprintf(w, "%-4s  %s: %s\n", f.verdict, f.what, f.text)
			if f.remedy != "" {
				fmt.Fprintf(w, "      → %s\n", f.remedy)
			}
			if f.verdict == bad {
				failed++
			}
		}
	}
	tell(x.folder()...)
	found, displays, cloud := x.database(ctx)
	tell(found...)
	tell(x.program())
	tell(x.network(ctx, cloud)...)
	tell(x.multicast())
	tell(x.displays(ctx, displays)...)
	if failed > 0 {
		fmt.Fprintf(w, "\n%d checks failed.\n", failed)
		return errUnwell
	}
	fmt.Fprintln(w, "\nNothing is in the way.")
	return nil
}

// spaceLow is how much free space, in bytes, is too little: a copy of the database has to
// fit before a migration.
const spaceLow = 200 << 20

func (x examination) folder() []finding {
	const what = "data folder"
	if _, err := os.Stat(x.dir); err != nil {
		return []finding{{bad, what, err.Error(), "Start roominkd or the app once, or name the folder with -data."}}
	}
	probe, err := os.CreateTemp(x.dir, "doctor-*")
	if err != nil {
		return []finding{{bad, what, "can't be written: " + err.Error(), "Give the user that runs Roomink the right to write to " + x.dir + "."}}
	}
	err = errors.Join(probe.Close(), os.Remove(probe.Name()))
	if err != nil {
		return []finding{{bad, what, err.Error(), ""}}
	}
	list := []finding{{good, what, x.dir + " can be written", ""}}
	if info, err := os.Stat(x.dir); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		list = append(list, finding{warn, "permissions", fmt.Sprintf("other users can get into the data folder (%04o)", info.Mode().Perm()),
			"Keep them out: chmod 700 " + x.dir})
	}
	switch free, err := x.freeBytes(x.dir); {
	case err != nil:
		list = append(list, finding{warn, "disk space", "not known: " + err.Error(), ""})
	case free < spaceLow:
		list = append(list, finding{bad, "disk space", fmt.Sprintf("%d MB free", free>>20), "Free some space: Roomink needs 200 MB to work safely."})
	default:
		list = append(list, finding{good, "disk space", fmt.Sprintf("%d MB free", free>>20), ""})
	}
	return list
}

// database looks into the file, and gives the displays and the cloud that it names.
func (x examination) database(ctx context.Context) ([]finding, []store.Display, entra.Cloud) {
	const what = "database"
	cloud := x.clouds[0]
	db, err := store.Inspect(ctx, x.dir)
	if errors.Is(err, store.ErrNotFound) {
		return []finding{{warn, what, "there is none yet", "Set Roomink up: roominkd connect, or the app."}}, nil, cloud
	}
	if err != nil {
		return []finding{{bad, what, err.Error(), "Restore the folder from a backup, or start Roomink: it puts a damaged file aside and begins anew."}}, nil, cloud
	}
	defer db.Close()
	displays, err := db.Displays(ctx)
	if err != nil {
		return []finding{{bad, what, err.Error(), "It may be of another version of Roomink: install the one that wrote it."}}, nil, cloud
	}
	var c engine.Credentials
	if err := db.Setting(ctx, "credentials", &c); err != nil && !errors.Is(err, store.ErrNotFound) {
		return []finding{{bad, what, err.Error(), ""}}, displays, cloud
	}
	if i := slices.IndexFunc(x.clouds, func(k entra.Cloud) bool { return k.Name == c.Cloud }); i >= 0 {
		cloud = x.clouds[i]
	}
	list := []finding{{good, what, fmt.Sprintf("whole, %d displays", len(displays)), ""}}
	if c.ClientID == "" {
		list = append(list, finding{warn, "account", "no app registration is saved", "Run roominkd connect, or follow the guide in the app."})
	} else {
		list = append(list, finding{good, "account", "an app registration is saved, for " + cmp.Or(c.Cloud, cloud.Name), ""})
	}
	return list, displays, cloud
}

func (x examination) program() finding {
	s, err := readStatus(x.dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return finding{warn, "roominkd", "has not run with this data folder", "Start it, unless the app does the work."}
	case err != nil:
		return finding{warn, "roominkd", err.Error(), ""}
	}
	if ended := s.running(x.dir, x.now()); ended != "" {
		return finding{warn, "roominkd", ended, "Start it, unless the app does the work. Its log is " + filepath.Join(x.dir, "roominkd.log") + "."}
	}
	return finding{good, "roominkd", fmt.Sprintf("runs, version %s, %s", s.Version, stateWords[s.State]), ""}
}

// clockOff is by how much the clock may be wrong before signs are.
const clockOff = 30 * time.Second

func (x examination) network(ctx context.Context, cloud entra.Cloud) (list []finding) {
	ctx, cancel := context.WithTimeout(ctx, 2*netTime)
	defer cancel()
	proxied := x.proxyTo(cloud.Graph)
	unresolved := bad
	if proxied.used {
		unresolved = warn // the proxy resolves names
	}
	for _, origin := range []string{cloud.Authority, cloud.Graph} {
		u, err := url.Parse(origin)
		if err != nil {
			return append(list, finding{bad, "cloud", err.Error(), ""})
		}
		if addresses, err := x.resolve(ctx, u.Hostname()); err != nil {
			list = append(list, finding{unresolved, "DNS", fmt.Sprintf("%s: %v", u.Hostname(), err),
				"Check the computer's network and DNS servers. Behind a proxy that resolves names itself this may be in order."})
		} else {
			list = append(list, finding{good, "DNS", fmt.Sprintf("%s has %d addresses", u.Hostname(), len(addresses)), ""})
		}
	}
	list = append(list, proxied.finding)
	list = append(list, x.reach(ctx, "sign-in service", cloud.Authority+"/organizations/v2.0/.well-known/openid-configuration", true, proxied.used)...)
	return append(list, x.reach(ctx, "Microsoft Graph", cloud.Graph+"/v1.0/$metadata", false, proxied.used)...)
}

// proxyTo tells which proxy is used, without the password that its address may hold.
func (x examination) proxyTo(address string) (p struct {
	finding
	used bool
}) {
	switch proxy, err := x.proxy(address); {
	case err != nil:
		p.finding = finding{bad, "proxy", err.Error(), "Check the proxy settings of this system, and the variables HTTPS_PROXY and NO_PROXY."}
	case proxy != nil:
		p.used = true
		p.finding = finding{good, "proxy", "requests to Microsoft go through " + proxy.Scheme + "://" + proxy.Host, ""}
	default:
		p.finding = finding{good, "proxy", "none is used", ""}
	}
	return p
}

// reach asks a page of Microsoft's, through the proxy if there is one (proxied), and compares
// clocks.
func (x examination) reach(ctx context.Context, what, address string, clock, proxied bool) []finding {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return []finding{{bad, what, err.Error(), ""}}
	}
	began := x.now()
	resp, err := x.client.Do(req)
	if err != nil {
		remedy := "Let this computer reach " + req.URL.Host + " on port 443, through the proxy if there has to be one."
		if proxied {
			remedy = "Check that the proxy works, and that it lets this computer reach " + req.URL.Host + " on port 443."
		}
		if refused, ok := errors.AsType[*httpclient.ProxyError](err); ok {
			remedy = refused.Advice()
		}
		return []finding{{bad, what, err.Error(), remedy}}
	}
	defer resp.Body.Close()
	took := x.now().Sub(began)
	if resp.StatusCode >= 500 || resp.StatusCode == http.StatusProxyAuthRequired {
		return []finding{{bad, what, "answers " + resp.Status, "Somebody between this computer and Microsoft may answer in its place: a proxy, or a sign-in page of the network."}}
	}
	list := []finding{{good, what, fmt.Sprintf("answers in %d ms", took.Milliseconds()), ""}}
	at, err := http.ParseTime(resp.Header.Get("Date"))
	if !clock || err != nil {
		return list
	}
	off := began.Add(took / 2).Sub(at)
	if off.Abs() <= clockOff {
		return append(list, finding{good, "clock", fmt.Sprintf("within %d s of Microsoft's", 1+int(off.Abs().Seconds())), ""})
	}
	word := "ahead of"
	if off < 0 {
		word = "behind"
	}
	return append(list, finding{bad, "clock", fmt.Sprintf("%s %s Microsoft's", off.Abs().Round(time.Second), word),
		"Set the clock by the network (NTP): signs change when it says so."})
}

func (x examination) multicast() finding {
	const what = "multicast"
	list, err := x.interfaces()
	if err != nil {
		return finding{bad, what, err.Error(), "Name a network interface of this computer with -interface."}
	}
	var names []string
	for _, i := range list {
		if i.Flags&net.FlagMulticast != 0 && i.Flags&net.FlagUp != 0 {
			names = append(names, i.Name)
		}
	}
	if len(names) == 0 {
		return finding{warn, what, "no network interface can find displays", "Displays can be added by address. In a container, use the host's network."}
	}
	return finding{good, what, "displays are looked for on " + strings.Join(names, ", "), ""}
}

// displays dials each display that can be dialled.
func (x examination) displays(ctx context.Context, all []store.Display) []finding {
	list := make([]finding, len(all))
	var dialling sync.WaitGroup
	slots := make(chan struct{}, 32)
	for i, d := range all {
		dialling.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			list[i] = x.display(ctx, d)
		})
	}
	dialling.Wait()
	return list
}

func (x examination) display(ctx context.Context, d store.Display) finding {
	what := "display " + cmp.Or(d.Name, string(d.ID))
	address := cmp.Or(d.Gateway(), d.Address)
	switch {
	case d.Pull:
		return finding{good, what, "fetches its pictures, last " + ago(d.LastSeen, x.now()), ""}
	case address == "":
		return finding{warn, what, "its address is not known", "Wait until it announces itself, or add it by address."}
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		address = net.JoinHostPort(address, "80")
	}
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	conn, err := x.dial(ctx, "tcp", address)
	switch {
	case err == nil:
		_ = conn.Close() // nothing was said
		return finding{good, what, "answers at " + address, ""}
	case d.Sleeps && d.Gateway() == "":
		return finding{good, what, "sleeps, last heard " + ago(d.LastSeen, x.now()), ""}
	}
	return finding{bad, what, fmt.Sprintf("no answer at %s, last heard %s", address, ago(d.LastSeen, x.now())),
		"Check its power and its network, and that this computer may reach it there."}
}

func ago(t, now time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return now.Sub(t).Round(time.Minute).String() + " ago"
}
