package display

import "strings"

// AddressID makes the stopgap identity of a display of which nothing but its
// network address, "ip:port", is known: the protocol tells no hardware address over
// that connection. The display may turn out to be one that discovery reports with
// a true identity at the same address, so whoever adds a display by hand should
// look for that one first:
//
//	if at := found.ID.Address(); at != "" && at == other.Address { /* the same display */ }
//
// Such a display must keep its network address.
func AddressID(protocol, address string) ID {
	return ID(protocol + ":@" + strings.ToLower(address))
}

// Address gives the network address in an [AddressID], "" for an identity that is
// the hardware's.
func (id ID) Address() string {
	_, address, _ := strings.Cut(string(id), ":@")
	return address
}
