package tenant

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (t *Tenant) context(c *gcall, what string) string { return c.base + "/v1.0/$metadata#" + what }

// roomJSON is a room of Graph's v1.0 places.
func (t *Tenant) roomJSON(b *mailbox) map[string]any {
	r := b.room
	j := map[string]any{
		"id": b.id, "displayName": r.Name, "emailAddress": r.Address, "nickname": r.Name, "label": "",
		"phone": "", "building": r.Building, "floorNumber": r.Floor, "floorLabel": strconv.Itoa(r.Floor),
		"capacity": r.Capacity, "bookingType": "standard", "audioDeviceName": orNull(r.Audio), "displayDeviceName": orNull(r.Display),
		"videoDeviceName": orNull(r.Video), "isWheelChairAccessible": r.Accessible, "tags": append([]string{}, r.Tags...),
		"address": nil, "geoCoordinates": nil,
	}
	if a, ok := t.building(r.Building); ok {
		j["phone"], j["address"], j["geoCoordinates"] = a.Phone, a.address(), a.coordinates()
	}
	return j
}

// orNull is nil for an empty string, as Graph words what nobody filled in.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (t *Tenant) building(name string) (Building, bool) {
	i := slices.IndexFunc(t.office.Buildings, func(b Building) bool { return b.Name == name })
	if i < 0 {
		return Building{}, false
	}
	return t.office.Buildings[i], true
}

func (b Building) address() map[string]any {
	return map[string]any{"street": b.Street, "city": b.City, "state": b.State, "countryOrRegion": b.Country, "postalCode": b.Postcode}
}

func (b Building) coordinates() map[string]any {
	return map[string]any{"latitude": b.Latitude, "longitude": b.Longitude, "accuracy": nil, "altitude": nil, "altitudeAccuracy": nil}
}

func (t *Tenant) listRooms(c *gcall, _ []string) (*greply, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []map[string]any
	for _, b := range t.listed() {
		all = append(all, t.roomJSON(b))
	}
	return t.listPlaces(c, "places/microsoft.graph.room", all)
}

func (t *Tenant) listRoomLists(c *gcall, _ []string) (*greply, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []map[string]any
	for _, b := range t.office.Buildings {
		all = append(all, map[string]any{"id": stableGUID("list " + b.Address), "displayName": b.Name,
			"emailAddress": b.Address, "phone": b.Phone, "address": b.address(), "geoCoordinates": b.coordinates()})
	}
	return t.listPlaces(c, "places/microsoft.graph.roomList", all)
}

// listRoomsOfList takes the list's SMTP address only, not its id, as Graph does.
func (t *Tenant) listRoomsOfList(c *gcall, args []string) (*greply, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.IndexFunc(t.office.Buildings, func(b Building) bool { return strings.EqualFold(b.Address, args[0]) })
	if i < 0 {
		return nil, refuse(http.StatusNotFound, "Request_ResourceNotFound", "Resource '%s' does not exist or one of its queried reference-property objects are not present.", args[0])
	}
	var all []map[string]any
	for _, b := range t.listed() {
		if b.room.Building == t.office.Buildings[i].Name {
			all = append(all, t.roomJSON(b))
		}
	}
	return t.listPlaces(c, "places('"+args[0]+"')/microsoft.graph.roomList/rooms", all)
}

func (t *Tenant) getPlace(c *gcall, args []string) (*greply, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.box(args[0])
	if err != nil || b.room == nil {
		return nil, refuse(http.StatusNotFound, "Request_ResourceNotFound", "Resource '%s' does not exist or one of its queried reference-property objects are not present.", args[0])
	}
	j := t.roomJSON(b)
	j["@odata.type"] = "#microsoft.graph.room"
	j["@odata.context"] = t.context(c, "places/$entity")
	return ok(pick(c, j)), nil
}

// listPlaces pages with $top (100 by default) and $skip.
func (t *Tenant) listPlaces(c *gcall, what string, all []map[string]any) (*greply, error) {
	if bad := c.onlyOptions("$top", "$skip", "$count", "$select"); bad != nil {
		return nil, bad
	}
	top, err := c.number("$top", 100, 1, 1000)
	if err != nil {
		return nil, err
	}
	skip, err := c.number("$skip", 0, 0, 1<<30)
	if err != nil {
		return nil, err
	}
	part := all[min(skip, len(all)):min(skip+top, len(all))]
	value := make([]map[string]any, 0, len(part))
	for _, p := range part {
		value = append(value, pick(c, p))
	}
	body := map[string]any{"@odata.context": t.context(c, what), "value": value}
	if c.query.Get("$count") == "true" {
		body["@odata.count"] = len(all)
	}
	if skip+top < len(all) {
		q := c.query
		q.Set("$skip", strconv.Itoa(skip+top))
		body["@odata.nextLink"] = c.base + "/v1.0" + c.link + "?" + q.Encode()
	}
	return ok(body), nil
}

// getUser is the token's own user: permit lets no other through.
func (t *Tenant) getUser(c *gcall, _ []string) (*greply, error) {
	u := c.grant.user
	given, surname, _ := strings.Cut(u.Name, " ")
	title := "Lighting Designer"
	if u.Role == Administrator {
		title = "Facility Manager"
	}
	return ok(pick(c, map[string]any{
		"@odata.context": t.context(c, "users/$entity"), "id": u.ID, "displayName": u.Name,
		"givenName": given, "surname": surname, "mail": u.Username, "userPrincipalName": u.Username,
		"businessPhones": []string{}, "jobTitle": title, "mobilePhone": nil, "officeLocation": nil, "preferredLanguage": "de-DE",
	})), nil
}

// onlyOptions refuses query options that the simulator would ignore.
func (c *gcall) onlyOptions(known ...string) *gerror {
	for k := range c.query {
		if strings.HasPrefix(k, "$") && !slices.ContainsFunc(known, func(s string) bool { return strings.EqualFold(s, k) }) {
			return refuse(http.StatusBadRequest, "ErrorInvalidUrlQuery", "The query option '%s' is not supported by the simulated tenant here.", k)
		}
	}
	return nil
}

func (c *gcall) number(option string, def, low, high int) (int, error) {
	raw := c.query.Get(option)
	if raw == "" {
		return def, nil
	}
	n, err := strconv.Atoi(raw)
	if err != nil || n < low || n > high {
		return 0, refuse(http.StatusBadRequest, "BadRequest", "Invalid value '%s' for %s query option found. The %s query option requires an integer from %d to %d.", raw, option, option, low, high)
	}
	return n, nil
}

// selection are the properties that $select names, in lower case, and the id;
// nil without $select.
func (c *gcall) selection() map[string]bool {
	raw := c.query.Get("$select")
	if raw == "" {
		return nil
	}
	keep := map[string]bool{"id": true}
	for f := range strings.SplitSeq(raw, ",") {
		keep[strings.ToLower(strings.TrimSpace(f))] = true
	}
	return keep
}

// pick keeps what $select names, and annotations always.
func pick(c *gcall, j map[string]any) map[string]any {
	if keep := c.selection(); keep != nil {
		for k := range j {
			if !strings.HasPrefix(k, "@") && !keep[strings.ToLower(k)] {
				delete(j, k)
			}
		}
	}
	return j
}
