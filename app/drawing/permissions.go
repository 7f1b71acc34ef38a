package drawing

import (
	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/engine"
)

// Permissions shows the page API permissions with the given ones added and granted.
func Permissions(list []engine.Permission) Scene {
	k := &sketch{width: wide}
	const top, kind, admin, status, row = 94, 268, 352, 506, 26
	height := float32(top + 60 + row*len(list))
	k.page(height, appName, "Manage", "API permissions")
	x := float32(margin)
	end := x + 28 + plain.width("Add a permission") + 20
	k.marked(1, x, 44, end-x, 30, accent)
	k.plus(x+14, 59, accent)
	k.write(x+28, 59, "Add a permission", plain, ink)
	x = end + 36
	const grant = "Grant admin consent for …"
	end = x + 30 + plain.width(grant) + 20
	k.marked(2, x, 44, end-x, 30, accent)
	k.check(x+16, 59, accent)
	k.write(x+30, 59, grant, plain, ink)

	k.add(rect{x: margin - 8, y: top, w: wide - 2*margin + 16, h: 28, radius: 4, fill: solid(chrome)})
	for _, c := range []struct {
		x     float32
		title string
	}{{margin, "API / Permissions name"}, {kind, "Type"}, {admin, "Admin consent required"}, {status, "Status"}} {
		k.write(c.x, top+14, c.title, font{size: 11.5, bold: true}, ink)
	}
	y := float32(top + 42)
	k.write(margin, y, "Microsoft Graph "+count(len(list)), plain, muted)
	for _, p := range list {
		y += row
		k.add(rect{x: margin, y: y - row/2, w: wide - 2*margin, h: 1, fill: solid(bone)})
		k.permission(p, y, kind, admin, status+9)
	}
	return k.finish(k.legend(height,
		point{1, accent, lang.L("Add each of these")},
		point{2, accent, lang.L("Then click this: each row gets its green tick")}),
		lang.L("The page API permissions with the permissions that Roomink needs. The button Add a permission is marked 1, the button Grant admin consent is marked 2."))
}

func (k *sketch) permission(p engine.Permission, y, kind, admin, status float32) {
	end := k.write(margin+4, y, p.Name, plain, ink)
	if p.Optional {
		k.write(end+10, y, lang.L("optional"), small, muted)
	}
	mode := "Delegated"
	if p.Mode == engine.Application {
		mode = "Application"
	}
	k.write(kind, y, mode, plain, ink)
	need := "No"
	if p.AdminConsent {
		need = "Yes"
	}
	k.write(admin, y, need, plain, ink)
	k.tick(status, y)
}

// check is a bare check mark, centred on x, y.
func (k *sketch) check(x, y float32, r role) {
	k.add(line{x1: x - 5, y1: y, x2: x - 1.5, y2: y + 3.5, stroke: solid(r), thick: 1.8},
		line{x1: x - 1.5, y1: y + 3.5, x2: x + 5, y2: y - 4, stroke: solid(r), thick: 1.8})
}
