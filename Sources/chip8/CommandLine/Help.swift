/// The help that fits on a screen: what a player needs. All options are in that of `--help-all`.
enum Help {
  static let text = """
    chip8: plays programs for the COSMAC VIP, CHIP-48, SUPER-CHIP and XO-CHIP.

    USAGE
      chip8                          choose a program
      chip8 ROM                      play one: a program, its source, a cartridge, a saved state
      chip8 --resume ROM             resume where you left off
      chip8 ROM --headless …         run one for tests; --help-all has the options

    OPTIONS (most can be set permanently in the configuration: chip8 config path)
      --fullscreen   --fit           fill the screen · show the picture as large as fits
      --colors NAME                  paper, ink, contrast, green, amber, octo, lcd, pocket …
      --rotate 90                    turn the picture
      --volume 0-100   --mute        sound
      --speed %                      speed; 100 is the machine's own
      --key-map KEY=0-F              remap a key (--pad-map: a pad's button)
      --run-ahead auto               hide the program's own delay
      --terminal                     play in this terminal
      --platform NAME   --ipf N      another machine · instructions per frame
      --watch                        load the file again whenever it changes
      --help-all   --version         all options · the version

    KEYS IN THE WINDOW
      1 2 3 4  Q W E R  A S D F  Z X C V    the keypad; arrows and space as the program wants them
      Esc menu       F1 keys         F2 machine      F3 F4 slower, faster
      F5 save        F9 load         F7 slots        Shift+0…9 choose a slot
      F6 mute        F10 fit         F11 full screen F12 picture
      Shift+F12 the last 30 s as a GIF               Ctrl+F12 record a GIF
      F8 timeline    Backspace rewind       , . frame by frame
      P pause        Tab fast        Ctrl+Z undo     Ctrl+R reset
      K keypad       L look          B flicker       Shift+B less flashing
      Ctrl+O home    Ctrl+Q quit

    COMMANDS (chip8 COMMAND --help has more)
      keys ROM       what each key does      config    show and check the configuration
      slots          saved states            timeline  recorded sessions
      image          inspect saved states    movie     recordings, GIF, video
      asm disasm     Octo's language         cart      cartridges
      debug dap      debugger, in editors    flags     user flags (high scores)
      farm           runs by the million

    """
}
