package limit

// Remembered counts the subjects in memory.
func (l *Limiter) Remembered() int {
	l.memory.mu.Lock()
	defer l.memory.mu.Unlock()
	return len(l.memory.known)
}
