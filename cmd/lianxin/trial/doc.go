// Package trial is where the real program is tried the hard way: its tests
// build it, run it as a process on a database of its own beside the stand-in
// for WeChat, and then kill it, fill its disk, take its database away or break
// what it talks to. It holds nothing that the program uses.
package trial
