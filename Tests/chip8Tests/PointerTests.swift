// PointerTests.swift: mouse and fingers as SDL reports them.

#if SDL
  import CSDL2
  import Testing
  import chip8

  @Suite struct PointerTests {
    @Test func fingersAreToldApart() throws {
      var pointers: [Pointer] = []
      for (type, id) in [(SDL_FINGERDOWN, 7), (SDL_FINGERMOTION, 7), (SDL_FINGERUP, Int64.max)] {
        var event = SDL_Event()
        event.type = type.rawValue
        event.tfinger.fingerId = id
        (event.tfinger.x, event.tfinger.y) = (0.25, 0.75)
        pointers.append(try #require(Pointer(event)))
      }
      #expect(pointers.map(\.kind) == [.down, .moved, .up])
      #expect(pointers[0].finger == pointers[1].finger)
      #expect(Set(pointers.map(\.finger)).count == 2)
      #expect(pointers.allSatisfy { $0.finger != Pointer.mouse && $0.button == nil })
      #expect(pointers.allSatisfy { $0.place == .part(x: 0.25, y: 0.75) && !$0.isCopy })
    }

    @Test func theMouseIsOneMoreFinger() throws {
      var event = SDL_Event()
      event.type = SDL_MOUSEBUTTONDOWN.rawValue
      (event.button.button, event.button.x, event.button.y) = (UInt8(SDL_BUTTON_LEFT), 12, 34)
      let pressed = try #require(Pointer(event))
      #expect(pressed.kind == .down && pressed.finger == Pointer.mouse && pressed.button == 1)
      #expect(pressed.place == .points(x: 12, y: 34) && !pressed.isCopy)
      // SDL makes a mouse of the first finger, too.
      event.button.which = UInt32.max
      #expect(Pointer(event)?.isCopy == true)
      event.type = SDL_KEYDOWN.rawValue
      #expect(Pointer(event) == nil)
    }
  }
#endif
