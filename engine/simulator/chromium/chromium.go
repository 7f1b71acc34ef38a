// Package chromium plays the person in front of a real browser: Chromium, without a
// window, opens a sign-in page, a person fills in what the forms ask for, decides on
// consent, and looks at the last page. Package browser does the same with plain HTTP
// and is quicker; this one proves that pages, redirects, content security policies
// and fetch metadata work in what people really use.
package chromium

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Person is who sits in front of the browser.
type Person struct {
	Username, Password string
	Decline            bool // press Cancel where consent is asked for
	// Look, if not nil, sees each page before the person acts on it.
	Look func(name string, png []byte) error
}

// Page is where the person ended up.
type Page struct {
	Status int64 // HTTP status
	Title  string
	Text   string // as a person reads it
	PNG    []byte
	// Complaints are what Chromium's console says against the pages on the way, such as
	// something that a content security policy blocked.
	Complaints []string
}

// Browser is a running Chromium. Close ends it.
type Browser struct {
	ctx  context.Context // the browser's, from which tabs are made: chromedp has no other handle
	stop context.CancelFunc
}

// ErrMissing says that there is no Chromium on this computer.
var ErrMissing = errors.New("no Chromium found: install Debian's package chromium")

// startTime bounds the start of the browser, which is slow on a busy machine.
const startTime = time.Minute

// Open starts a browser with a fresh profile. It ends with ctx, or with Close.
func Open(ctx context.Context) (*Browser, error) {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		return nil, ErrMissing
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.WSURLReadTimeout(startTime), chromedp.WindowSize(900, 760),
		chromedp.DisableGPU)
	if os.Geteuid() == 0 {
		opts = append(opts, chromedp.NoSandbox) // its sandbox refuses root, as in a container
	}
	allocator, stopAllocator := chromedp.NewExecAllocator(ctx, opts...)
	browser, stopBrowser := chromedp.NewContext(allocator)
	b := &Browser{ctx: browser, stop: func() { stopBrowser(); stopAllocator() }}
	if err := chromedp.Do(browser); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", path, err), b.Close())
	}
	return b, nil
}

// Close ends the browser and waits for it.
func (b *Browser) Close() error {
	defer b.stop()
	if err := chromedp.Cancel(b.ctx); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("end Chromium: %w", err)
	}
	return nil
}

// maxPages is after how many pages the person gives up.
const maxPages = 10

// kinds of pages, as the script below tells them apart.
const whatIsIt = `document.querySelector('input[name=username]') ? 'login'
	: document.querySelector('button[name=decision]') ? 'consent' : 'end'`

// Visit opens an address in a new tab, signs in, decides, and gives the page at which
// that ended. It returns when ctx ends.
func (b *Browser) Visit(ctx context.Context, address string, p Person) (Page, error) {
	tab, closeTab := chromedp.NewContext(b.ctx)
	defer closeTab()
	defer context.AfterFunc(ctx, closeTab)()

	var console complaints
	if err := chromedp.Listen(tab, console.hear); err != nil {
		return Page{}, fmt.Errorf("open a tab: %w", orCause(ctx, err))
	}
	resp, err := chromedp.Run(tab, chromedp.NavigateResponse(address))
	if err != nil {
		return Page{}, fmt.Errorf("open the sign-in page: %w", orCause(ctx, err))
	}
	for range maxPages {
		kind, page, err := look(tab)
		if err != nil {
			return page, fmt.Errorf("look at the page: %w", orCause(ctx, err))
		}
		page.Status, page.Complaints = resp.Status, console.all()
		if p.Look != nil {
			if err := p.Look(kind, page.PNG); err != nil {
				return page, err
			}
		}
		if kind == "end" {
			return page, nil
		}
		if resp, err = chromedp.RunResponse(tab, p.answer(kind)); err != nil {
			return page, fmt.Errorf("answer the page %q: %w", page.Title, orCause(ctx, err))
		}
	}
	return Page{}, fmt.Errorf("still a form after %d pages", maxPages)
}

// look reads the page that is open.
func look(tab context.Context) (kind string, p Page, err error) {
	if kind, err = chromedp.Run(tab, chromedp.Evaluate[string](whatIsIt)); err != nil {
		return kind, p, err
	}
	if p.Title, err = chromedp.Run(tab, chromedp.Title()); err != nil {
		return kind, p, err
	}
	if p.Text, err = chromedp.Run(tab, chromedp.Evaluate[string]("document.body.innerText")); err != nil {
		return kind, p, err
	}
	p.PNG, err = chromedp.Run(tab, chromedp.CaptureScreenshot())
	return kind, p, err
}

// answer types and presses what the page asks for.
func (p Person) answer(kind string) chromedp.Action[chromedp.Void] {
	switch {
	case kind == "consent" && p.Decline:
		return chromedp.Click(chromedp.CSS(`button[name=decision][value=cancel]`))
	case kind == "consent":
		return chromedp.Click(chromedp.CSS(`button[name=decision][value=accept]`))
	}
	return chromedp.Steps(
		chromedp.Clear(chromedp.CSS(`input[name=username]`)),
		chromedp.SendKeys(chromedp.CSS(`input[name=username]`), p.Username),
		chromedp.Clear(chromedp.CSS(`input[name=password]`)),
		chromedp.SendKeys(chromedp.CSS(`input[name=password]`), p.Password),
		chromedp.Click(chromedp.CSS(`form button[type=submit]`)),
	)
}

// Evaluate runs JavaScript on a page, awaits it if it is a promise, and gives the text
// that it ends in.
func (b *Browser) Evaluate(ctx context.Context, address, script string) (string, error) {
	tab, closeTab := chromedp.NewContext(b.ctx)
	defer closeTab()
	defer context.AfterFunc(ctx, closeTab)()
	if err := chromedp.Do(tab, chromedp.Navigate(address)); err != nil {
		return "", fmt.Errorf("open %s: %w", address, orCause(ctx, err))
	}
	text, err := chromedp.Run(tab, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		return "", fmt.Errorf("run a script on %s: %w", address, orCause(ctx, err))
	}
	return text, nil
}

func orCause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// complaints collects what the console says.
type complaints struct {
	mu   sync.Mutex
	list []string
}

func (c *complaints) hear(event any) {
	text := ""
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Source == log.EntrySourceSecurity {
			text = e.Entry.Text
		}
	case *runtime.EventExceptionThrown:
		text = e.ExceptionDetails.Text
	}
	if text == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, text)
}

func (c *complaints) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.list...)
}
