// All keys and what they do, in one place: the panel's list (Python reads it as JSON) and the picture's.
export const KEY_WORDS = {
  "panel": {
    "undo": ["Ctrl+Z", "undo the last edit (⌘Z on a Mac)"],
    "redo": ["Ctrl+Shift+Z", "make it again (also Ctrl+Y)"],
    "help": ["?", "show or hide this help"],
    "tab": ["Tab, Shift+Tab", "to the next or the previous control"],
    "enter": ["Enter", "take over what was typed; press a button"]
  },
  "picture": {
    "left": ["←", "scroll left"],
    "right": ["→", "scroll right"],
    "first": ["Home", "to the first frame"],
    "last": ["End", "to the last frame"],
    "in": ["+", "zoom in"],
    "out": ["−", "zoom out"],
    "all": ["0", "show the whole recording"],
    "up": ["↑", "one neuron up"],
    "down": ["↓", "one neuron down"],
    "before": ["Page Up", "neurons before"],
    "after": ["Page Down", "neurons after"],
    "mark": ["B", "mark bad frames by dragging, on or off"],
    "next": ["N", "next bad span"],
    "previous": ["P", "previous bad span"],
    "remove": ["Delete", "remove the selected bad span"],
    "cursor-left": ["Shift ←", "move the cursor left"],
    "cursor-right": ["Shift →", "move the cursor right"],
    "span": ["Enter", "while marking: begin, then end a span at the cursor"],
    "give-up": ["Esc", "give up the span, select nothing"],
    "unit": ["T", "time in seconds or frames"],
    "scale": ["Y", "rows on one scale or each on its own"],
    "taller": ["]", "taller traces"],
    "flatter": ["[", "flatter traces"]
  },
  "files": {
    "move": ["↑ ↓, letters", "to another file or folder"],
    "open": ["Enter", "open it"],
    "parent": ["Backspace", "to the folder above"]
  }
};
