package virtual

import (
	"context"
	"encoding/binary"
	"math"
	"time"
)

// Opcodes. Source: opendisplay_protocol.h, section 1.
const (
	opReboot       = 0x000f
	opReadConfig   = 0x0040
	opVersion      = 0x0043
	opReadMSD      = 0x0044
	opPowerOff     = 0x0052
	opDeepSleep    = 0x0053
	opStart        = 0x0070
	opData         = 0x0071
	opEnd          = 0x0072
	opRefreshed    = 0x0073 // only ever sent by the display
	opTimedOut     = 0x0074 // only ever sent by the display
	opPartialStart = 0x0076
)

// The firmware that the display claims to run.
const (
	firmwareMajor, firmwareMinor, firmwarePatch = 2, 24, 0
	// firmwareSHA is what the firmware reports when it was built without one.
	firmwareSHA = "0000000000000000000000000000000000000000"
)

// Error codes, each in the scope of its opcode. Source: opendisplay_protocol.h,
// section 4.
const (
	errPowerOffUnsupported = 0x00
	errSleepDisabled       = 0x01
	errSleepNotBattery     = 0x02
)

// companyID precedes the telemetry, as in a Bluetooth advertisement.
const companyID = 0x2446

// obey carries out one command. Recognised commands keep the client from being
// dropped as idle; an error ends the session.
func (s *session) obey(ctx context.Context, payload []byte) (recognised bool, err error) {
	switch s.device.currentFault() {
	case Hang:
		return true, nil
	case Garbage:
		return true, s.babble()
	}
	if len(payload) < 2 {
		return false, nil // the firmware logs it and waits for the next frame
	}
	op, data := binary.BigEndian.Uint16(payload), payload[2:]
	switch op {
	case opReboot:
		s.device.rest(ctx, s, s.device.scaled(bootTime), false)
		err = errHangUp
	case opReadConfig:
		err = s.sendConfig(ctx)
	case opVersion:
		err = s.sendVersion(ctx)
	case opReadMSD:
		msd := s.device.msd()
		err = s.ack(ctx, op, append([]byte{companyID & 0xff, companyID >> 8}, msd[:]...)...)
	case opPowerOff:
		err = s.powerOff(ctx)
	case opDeepSleep:
		err = s.deepSleep(ctx, data)
	case opStart:
		err = s.start(ctx, data)
	case opPartialStart:
		err = s.startPartial(ctx, data)
	case opData:
		err = s.data(ctx, data)
	case opEnd:
		err = s.finish(ctx, data)
	default:
		// Among them LED and buzzer, which the board does not have, and PIPE
		// (0x0080..0x0082), which must not be used on a LAN.
		return false, s.nack(ctx, op)
	}
	return true, err
}

func (s *session) sendVersion(ctx context.Context) error {
	if s.device.opts.Profile == Homeplate {
		return s.ack(ctx, opVersion)
	}
	reply := []byte{firmwareMajor, firmwareMinor, byte(len(firmwareSHA))}
	reply = append(reply, firmwareSHA...)
	return s.ack(ctx, opVersion, append(reply, firmwarePatch)...)
}

// sendConfig sends the configuration in replies of at most 100 bytes:
// [chunk:2 LE][total:2 LE, chunk 0 only][data].
func (s *session) sendConfig(ctx context.Context) error {
	blob := s.device.config()
	if s.device.opts.Profile == Homeplate {
		return s.ack(ctx, opReadConfig, blob...)
	}
	const most = 100 - 2 // status and echo count
	for chunk, rest := uint16(0), blob; len(rest) > 0; chunk++ {
		reply := binary.LittleEndian.AppendUint16(nil, chunk)
		if chunk == 0 {
			reply = binary.LittleEndian.AppendUint16(reply, uint16(len(blob)))
		}
		n := min(len(rest), most-len(reply))
		if err := s.ack(ctx, opReadConfig, append(reply, rest[:n]...)...); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// powerOff cuts the board's own power. Only SetPower brings it back.
func (s *session) powerOff(ctx context.Context) error {
	if !s.device.opts.Power.Latch {
		return s.nack(ctx, opPowerOff, errPowerOffUnsupported, 0)
	}
	// The reply may or may not get out before the rail drops; here it does.
	if err := s.ack(ctx, opPowerOff); err != nil {
		return err
	}
	s.device.SetPower(false)
	return errHangUp
}

// deepSleep obeys [seconds:2 BE], optional, 0 = as configured. Success has no
// reply: the connection just ends.
func (s *session) deepSleep(ctx context.Context, data []byte) error {
	length := s.device.opts.Power.DeepSleep
	switch {
	case s.device.opts.Power.Source != Battery:
		return s.nack(ctx, opDeepSleep, errSleepNotBattery, 0)
	case length == 0:
		return s.nack(ctx, opDeepSleep, errSleepDisabled, 0)
	}
	if len(data) >= 2 {
		if seconds := binary.BigEndian.Uint16(data); seconds > 0 {
			length = time.Duration(seconds) * time.Second
		}
	}
	s.device.rest(ctx, s, length, true)
	return errHangUp
}

// msd is the telemetry: 11 dynamic bytes (buttons; this board has no sensors),
// temperature, battery, status. Source: py-opendisplay models/advertisement.py.
func (d *OpenDisplay) msd() [14]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	volts := min(max(d.telemetry.Millivolts, 0)/10, 511)
	celsius := math.Round((d.telemetry.Celsius + 40) * 2)
	var msd [14]byte
	if b := d.buttons[d.lastButton]; b != (button{}) {
		msd[buttonByte] = b.state(d.lastButton)
	}
	msd[11] = byte(min(max(celsius, 0), 255))
	msd[12] = byte(volts)
	msd[13] = byte(volts>>8) | d.loops&0x0f<<4
	if d.justBooted {
		msd[13] |= 1 << 1
	}
	return msd
}
