package engine

import "context"

// Imported is what became of a list of displays.
type Imported struct {
	Added    int // displays that answered and are adopted now, or were before
	Assigned int
	Problems []ImportProblem
}

// ImportProblem is a line of a list that could not be followed.
type ImportProblem struct {
	Line int // from 1
	Text string
}

// ImportDisplays adds and assigns the displays of a CSV list with the columns address,
// kind, room, name and key, in any order, of which only the first is needed. Lines that
// can't be followed are told of and skipped; the error is of the list as a whole.
// progress, if not nil, is called after each line.
func (e *Engine) ImportDisplays(ctx context.Context, csv []byte, progress func(done, of int)) (Imported, error) {
	return Imported{}, errNotYet
}
