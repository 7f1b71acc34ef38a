package display

// Instructions are what a person needs to make one device fetch its pictures.
type Instructions struct {
	URL      string    // to type into the device; holds the token
	Snippets []Snippet // ready to paste
}

// Snippet is a piece of configuration for a kind of device.
type Snippet struct {
	Title string // such as "ESPHome"
	Text  string
}
