package account

// FillQueue takes every place in the queue of strangers for hashing; the function given
// leaves them.
func FillQueue(s *Service) (leave func()) {
	var all []func()
	for {
		one, err := s.hasher.enter(stranger)
		if err != nil {
			return func() {
				for _, leave := range all {
					leave()
				}
			}
		}
		all = append(all, one)
	}
}

// Hashes says how many hashes were computed.
func Hashes(s *Service) int64 { return s.hasher.done.Load() }
