package drawing

import (
	"strconv"

	"fyne.io/fyne/v2/lang"
)

// appName is what engine.Guide gives as the registration's name.
const appName = "Roomink room signs"

// All other values in the pictures are invented.
const (
	clientID    = "3f9c2a10-7d4e-4b1a-9e55-0c8f6d2b7a41"
	objectID    = "b71e0d54-92af-46c3-8f…"
	tenantID    = "8d2f1c4e-3b7a-4f50-9c61-2a7e5d9b1f30"
	secretValue = "kX~8Q~tq3.Zr7…"
	secretID    = "5d1c7b0e-41f2-4c…"
)

// Portal shows where in the admin center a new registration begins.
func Portal() Scene {
	k := &sketch{width: wide}
	const height, nav = 196, 176
	k.page(height, "Microsoft Entra admin center")
	k.add(rect{x: nav, y: 33, w: 1, h: height - 34, fill: solid(edge)})
	k.bones(margin, 56, 62)
	k.write(margin, 82, "Entra ID", strong, ink)
	k.bones(margin+12, 106, 70)
	k.marked(1, margin+2, 120, nav-margin-20, 28, accent)
	k.write(margin+12, 134, "App registrations", plain, ink)
	k.bones(margin+12, 162, 84)

	x := float32(nav + 20)
	k.write(x, 58, "App registrations", font{size: 15, bold: true}, ink)
	end := x + 28 + plain.width("New registration") + 20
	k.marked(2, x, 76, end-x, 30, accent)
	k.plus(x+14, 91, accent)
	k.write(x+28, 91, "New registration", plain, ink)
	k.bones(end+36, 91, 54, 70)
	for i, y := range []float32{128, 150, 172} {
		k.bones(x, y, []float32{96, 70, 112}[i])
		k.bones(x+150, y, 160)
	}
	return k.finish(k.legend(height,
		point{1, accent, lang.L("Open this list")},
		point{2, accent, lang.L("Start a new registration")}),
		lang.L("The admin center. In the menu, App registrations is marked 1; on the page, the button New registration is marked 2."))
}

// Account types, as the portal words them.
const (
	singleTenant = "Accounts in this organizational directory only (Single tenant)"
	multiTenant  = "Accounts in any organizational directory (Multitenant)"
)

// NameAndTypes shows the form of a new registration: the name typed in and the type
// of accounts chosen, which is Multitenant if multi.
func NameAndTypes(multi bool) Scene {
	k := &sketch{width: wide}
	const height = 222
	k.page(height, "App registrations", "Register an application")
	k.write(margin, 54, "Name", strong, ink)
	k.box(margin, 68, 250, 30)
	k.marked(1, margin, 68, 250, 30, accent)
	k.write(margin+10, 83, appName, plain, ink)
	k.write(margin, 124, "Supported account types", strong, ink)
	chosen := 0
	if multi {
		chosen = 1
	}
	for i, label := range []string{singleTenant, multiTenant} {
		y := 150 + 30*float32(i)
		if i == chosen {
			k.marked(2, margin, y-14, 30+plain.width(label)+20, 28, accent)
		}
		k.radio(margin+15, y, i == chosen)
		r := muted
		if i == chosen {
			r = ink
		}
		k.write(margin+30, y, label, plain, r)
	}
	k.radio(margin+15, 206, false)
	k.bones(margin+30, 206, 150, 90)
	alt := lang.L("The form of a new registration. The name Roomink is marked 1, the first account type, Single tenant, is chosen and marked 2.")
	if multi {
		alt = lang.L("The form of a new registration. The name Roomink is marked 1, the second account type, Multitenant, is chosen and marked 2.")
	}
	return k.finish(k.legend(height,
		point{1, accent, lang.L("Paste this name")},
		point{2, accent, lang.L("Choose these accounts")}), alt)
}

// radio is a round button to choose with, its middle at x, y.
func (k *sketch) radio(x, y float32, chosen bool) {
	if chosen {
		k.add(disc{x: x, y: y, r: 7, fill: solid(paper), stroke: solid(accent), thick: 1.5}, disc{x: x, y: y, r: 3.5, fill: solid(accent)})
		return
	}
	k.add(disc{x: x, y: y, r: 7, fill: solid(paper), stroke: solid(edge), thick: 1.5})
}

// Platform is the portal's word for the kind of redirect URI.
func Platform(public bool) string {
	if public {
		return "Public client/native (mobile & desktop)"
	}
	return "Web"
}

// Redirect shows the lower half of the form: the platform chosen and the redirect
// URI pasted.
func Redirect(public bool, uri string) Scene {
	k := &sketch{width: wide}
	const height, split, top = 168, 306, 70
	k.page(height, "App registrations", "Register an application")
	k.write(margin, 55, "Redirect URI (optional)", strong, ink)
	k.box(margin, top, split-margin-12, 32)
	k.marked(1, margin, top, split-margin-12, 32, accent)
	k.write(margin+10, top+16, Platform(public), plain, ink)
	x, y := float32(split-34), float32(top+16)
	k.add(line{x1: x - 4, y1: y - 2, x2: x, y2: y + 2, stroke: solid(ink), thick: 1.5}, line{x1: x, y1: y + 2, x2: x + 4, y2: y - 2, stroke: solid(ink), thick: 1.5})
	k.box(split+10, top, wide-margin-split-10, 32)
	k.marked(2, split+10, top, wide-margin-split-10, 32, accent)
	k.write(split+20, top+16, fit(uri, plain, wide-margin-split-34), plain, ink)
	w := strong.width("Register") + 32
	k.add(rect{x: margin, y: 122, w: w, h: 28, radius: 4, fill: solid(accent)})
	k.centre(margin+w/2, 136, "Register", strong, onAccent)
	k.badge(margin+w+18, 136, 3, accent)
	return k.finish(k.legend(height,
		point{1, accent, lang.L("Choose this platform")},
		point{2, accent, lang.L("Paste this address")},
		point{3, accent, lang.L("Then click this")}),
		lang.L("The field Redirect URI. The platform {{.Platform}} is chosen and marked 1, the address {{.URI}} is marked 2, the button Register is marked 3.",
			map[string]any{"Platform": Platform(public), "URI": uri}))
}

// IDs shows the Overview page of the registration, and which of its ids is which.
func IDs() Scene {
	k := &sketch{width: wide}
	const height, label, value = 196, margin + 12, 194
	k.page(height, "App registrations", appName, "Overview")
	k.write(margin, 54, "Essentials", strong, ink)
	row := func(y float32, name, id string, r role) (end float32) {
		k.write(label, y, name, plain, r)
		return k.write(value, y, id, code, r)
	}
	for i, id := range []struct{ name, value string }{{"Application (client) ID", clientID}, {"Directory (tenant) ID", tenantID}} {
		y := 87 + 72*float32(i)
		k.marked(i+1, margin, y-17, wide-2*margin-14, 34, good)
		k.copyIcon(row(y, id.name, id.value, ink)+18, y, ink)
	}
	k.aside(row(123, "Object ID", objectID, muted)+14, 123, lang.L("not needed"))
	return k.finish(k.legend(height,
		point{1, good, lang.L("Copy this as Client ID")},
		point{2, good, lang.L("Copy this as Tenant ID")}),
		lang.L("The page Overview. Application (client) ID is marked 1 and Directory (tenant) ID is marked 2, both to copy; Object ID is not needed."))
}

// Secret shows the table of client secrets: its Value is to be copied, the Secret ID
// beside it is not, and Expires is to be remembered.
func Secret() Scene {
	k := &sketch{width: wide}
	const height, head, row, foot = 226, 118, 148, 190
	const expires, value, id = 122, 222, 384 // left ends of columns
	k.page(height, appName, "Manage", "Certificates & secrets")
	k.bones(margin, 56, 70)
	end := k.write(margin+98, 56, "Client secrets", strong, ink)
	k.add(rect{x: margin + 98, y: 66, w: end - margin - 98, h: 2, fill: solid(accent)})
	bx := float32(wide-margin) - 48 - plain.width("New client secret")
	k.marked(1, bx, 41, wide-margin-bx, 30, accent)
	k.plus(bx+14, 56, accent)
	k.write(bx+28, 56, "New client secret", plain, ink)

	k.add(rect{x: margin - 8, y: head - 16, w: wide - 2*margin + 16, h: 32, radius: 4, fill: solid(chrome)})
	k.mark(expires-8, head-20, 92, 66, warn)
	k.mark(value-8, head-20, 150, 66, good)
	k.mark(id-8, head-20, wide-margin-id+12, 66, bad)
	k.badge(value+142, head-20, 2, good)
	for _, c := range []struct {
		x           float32
		title, cell string
		font        font
		role        role
	}{
		{margin, "Description", "Roomink", plain, ink}, {expires, "Expires", "11/23/2028", plain, ink},
		{value, "Value", secretValue, code, ink}, {id, "Secret ID", secretID, code, muted},
	} {
		k.write(c.x, head, c.title, strong, ink)
		end = k.write(c.x, row, c.cell, c.font, c.role)
		if c.font.mono {
			k.copyIcon(end+14, row, c.role)
		}
	}
	k.strike(id, end, row)
	for _, c := range []struct {
		x     float32
		words string
		role  role
	}{
		{expires + 38, lang.L("Note this date"), warn}, {value + 67, lang.L("Copy this"), good}, {id + 76, lang.L("Not this"), bad},
	} {
		k.up(c.x, head+48, 14, c.role)
		k.pill(c.x, foot+2, c.words, c.role)
	}
	return k.finish(k.legend(height,
		point{1, accent, lang.L("Add a client secret")},
		point{2, good, lang.L("Copy its Value at once: the portal shows it only now")}),
		lang.L("The table of client secrets. The column Value is marked green: copy this. The column Secret ID is struck out in red: not this. The column Expires is marked: note this date."))
}

func count(n int) string { return "(" + strconv.Itoa(n) + ")" }
