// Package crashtest kills the engine. Its test runs the whole engine as a process of its
// own on a real database, with an office on the other side of loopback sockets that
// outlives it: calendars that change all the time, and panels that keep what was pushed.
// An admin gives random commands, and the process is killed at random moments. After each
// kill the database must be sound, hold everything that a command had returned for, and
// claim no picture that is not on the glass; in the end every sign must be right.
//
//	make crash                                  # 300 kills
//	ROOMINK_KILLS=5000 ROOMINK_SEED=7 go test -timeout 2h ./engine/crashtest
package crashtest
