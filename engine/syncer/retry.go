package syncer

import (
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// retry is when to try again after failures, by the wall clock.
type retry struct {
	pace      *backoff.ExponentialBackOff
	at        time.Time // by our own pace
	notBefore time.Time // by the calendar system's Retry-After, which a person can't overrule
}

func newRetry(first, most time.Duration) retry {
	pace := backoff.NewExponentialBackOff()
	pace.InitialInterval, pace.MaxInterval = first, max(first, most)
	pace.Multiplier, pace.RandomizationFactor = 2, 0.2
	pace.Reset()
	return retry{pace: pace}
}

func (r *retry) failed(now time.Time, err error) {
	r.at = now.Add(r.pace.NextBackOff())
	r.notBefore = time.Time{}
	if wait := retryAfter(err); wait > 0 {
		r.notBefore = now.Add(wait)
	}
}

func (r *retry) succeeded() {
	r.pace.Reset()
	r.at, r.notBefore = time.Time{}, time.Time{}
}

// due is when the next try may be made.
func (r *retry) due() time.Time {
	if r.at.Before(r.notBefore) {
		return r.notBefore
	}
	return r.at
}

// failing reports whether the latest try failed.
func (r *retry) failing() bool { return !r.at.IsZero() }

// shift moves the next try along with a clock that was set.
func (r *retry) shift(by time.Duration) {
	if !r.failing() {
		return
	}
	r.at = r.at.Add(by)
	if !r.notBefore.IsZero() {
		r.notBefore = r.notBefore.Add(by)
	}
}

// retryAfter is how long the calendar system wants to be left alone; 0 if it did
// not say.
func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.RetryAfter
	}
	return 0
}
