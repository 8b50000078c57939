"""Dies of its configuration, after the time that imports take."""

import time

end = time.process_time() + 0.7
while time.process_time() < end:
    pass
raise RuntimeError("there is no such option")
