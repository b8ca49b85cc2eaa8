"""Who signed a run, with what meaning and when: by the keys and tools that people have."""
