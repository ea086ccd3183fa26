"""The forms, one file a feature. Each is built from what its verb takes and says what that verb's line would say."""
