package tenant

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"
)

// Event ids are opaque, case-sensitive, URL-safe and share a long prefix per
// mailbox, as Exchange's do. The regular form holds the mailbox, the item and the
// day of an occurrence; the immutable form, which clients get who prefer
// IdType="ImmutableId", holds all but the mailbox. Graph takes either
// (learn.microsoft.com/graph/outlook-immutable-id). Inside the tenant ids are
// regular; what the methods of Tenant take and give is immutable.
const (
	idPrefix = "AAMk"
	idSuffix = "AAA="
	// Lengths of the parts in base64, which are whole groups of three bytes.
	idMailbox = 60
	idItem    = 40
	idDay     = 12

	immutablePrefix = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A"
	immutableSuffix = "AA=="

	idLength        = len(idPrefix) + idMailbox + idItem + idDay + len(idSuffix)
	immutableLength = len(immutablePrefix) + idItem + idDay + len(immutableSuffix)
)

// noDay stands in a master's or a single meeting's id where an occurrence has
// its day.
var noDay = strings.Repeat("A", idDay)

// idHead is what all regular ids of a mailbox begin with. name tells mailboxes
// apart.
func idHead(name string) string {
	box := sha512.Sum512([]byte("mailbox " + name))
	return idPrefix + base64.URLEncoding.EncodeToString(box[:idMailbox/4*3])
}

func (b *mailbox) newID() string {
	b.made++
	it := sha512.Sum512(binary.BigEndian.AppendUint64([]byte("item "+b.head), b.made))
	return b.head + base64.URLEncoding.EncodeToString(it[:idItem/4*3]) + noDay + idSuffix
}

// occurrenceID is the series' id with the day of the occurrence in it.
func occurrenceID(master, day string) string {
	var tail [idDay / 4 * 3]byte
	copy(tail[:], strings.ReplaceAll(day, "-", ""))
	return master[:len(idPrefix)+idMailbox+idItem] + base64.URLEncoding.EncodeToString(tail[:]) + idSuffix
}

// splitID undoes occurrenceID; day is empty for a master or a single meeting.
func splitID(id string) (master, day string) {
	if len(id) != idLength {
		return id, ""
	}
	head, tail := id[:idLength-idDay-len(idSuffix)], id[idLength-idDay-len(idSuffix):idLength-len(idSuffix)]
	raw, err := base64.URLEncoding.DecodeString(tail)
	if err != nil {
		return id, ""
	}
	d, err := time.Parse("20060102", strings.TrimRight(string(raw), "\x00"))
	if err != nil {
		return id, ""
	}
	return head + noDay + idSuffix, d.Format(time.DateOnly)
}

// immutable is the immutable form of a regular id.
func immutable(id string) string {
	if len(id) != idLength {
		return id
	}
	return immutablePrefix + id[len(idPrefix)+idMailbox:idLength-len(idSuffix)] + immutableSuffix
}

// regular is the regular form of an id in either form.
func (b *mailbox) regular(id string) string {
	if len(id) != immutableLength || !strings.HasPrefix(id, immutablePrefix) || !strings.HasSuffix(id, immutableSuffix) {
		return id
	}
	return b.head + id[len(immutablePrefix):immutableLength-len(immutableSuffix)] + idSuffix
}

// uidOf makes an iCalUId: Exchange's fixed header, then something unique.
func uidOf(id string) string {
	sum := sha512.Sum512([]byte(id))
	return "040000008200E00074C5B7101A82E008" + strings.ToUpper(hex.EncodeToString(sum[:24]))
}
