package outbox

import "time"

// SetPatience shortens how long a handler may take.
func SetPatience(d *Dispatcher, patience time.Duration) { d.patience = patience }
