package display

import "time"

// Telemetry is what a device last said of its own state.
type Telemetry struct {
	Battery     int       // millivolts; 0 = unknown or mains
	Percent     int       // what is left of the battery, 1 to 100, by the device's own word; 0 = not told
	Signal      int       // how well its radio is heard, dBm, below 0; 0 = unknown
	Temperature float64   // degrees Celsius; meaningful only when At is set
	At          time.Time // when it was said; zero = never
}

// Report is what a display let us know of itself at a time of its own choosing.
type Report struct {
	ID        ID
	At        time.Time
	Address   string    // where it was heard, as in Display.Address; "" = not told
	Telemetry Telemetry // zero At = nothing new
	Firmware  string    // "" = not told
	// Ticket is that of a [Receipt] whose frame is on the glass now. One that nobody
	// knows says that somebody else drew something: the glass is unknown.
	Ticket string
	// Shown is the hash of the frame that it fetched and put on its glass; "" = nothing new.
	Shown   string
	Buttons []Button // that were pressed since the last report
	// Due is when the display said that it will be heard next; zero = not told.
	Due time.Time
}

// Button is one press of a button of a display.
type Button struct {
	Number int // from 1, as the device counts them
	At     time.Time
}
