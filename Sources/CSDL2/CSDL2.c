#ifdef SDL

#include "CSDL2.h"
#include <dlfcn.h>

// Every function of SDL2 that the window uses: its result, name, parameters and arguments. The
// compiler compares each with SDL2's declaration.
#define FUNCTIONS(F) \
  F(void, SDL_CloseAudioDevice, (SDL_AudioDeviceID device), (device)) \
  F(SDL_Renderer *, SDL_CreateRenderer, (SDL_Window * window, int index, Uint32 flags), \
    (window, index, flags)) \
  F(SDL_Texture *, SDL_CreateTexture, \
    (SDL_Renderer * renderer, Uint32 format, int access, int w, int h), \
    (renderer, format, access, w, h)) \
  F(SDL_Window *, SDL_CreateWindow, \
    (const char *title, int x, int y, int w, int h, Uint32 flags), (title, x, y, w, h, flags)) \
  F(void, SDL_DestroyRenderer, (SDL_Renderer * renderer), (renderer)) \
  F(void, SDL_DestroyTexture, (SDL_Texture * texture), (texture)) \
  F(void, SDL_DestroyWindow, (SDL_Window * window), (window)) \
  F(void, SDL_free, (void *memory), (memory)) \
  F(void, SDL_GameControllerClose, (SDL_GameController * controller), (controller)) \
  F(SDL_Joystick *, SDL_GameControllerGetJoystick, (SDL_GameController * controller), \
    (controller)) \
  F(const char *, SDL_GameControllerName, (SDL_GameController * controller), (controller)) \
  F(SDL_GameController *, SDL_GameControllerOpen, (int index), (index)) \
  F(const char *, SDL_GetCurrentVideoDriver, (void), ()) \
  F(int, SDL_GetDisplayBounds, (int display, SDL_Rect * bounds), (display, bounds)) \
  F(const char *, SDL_GetError, (void), ()) \
  F(Uint32, SDL_GetQueuedAudioSize, (SDL_AudioDeviceID device), (device)) \
  F(int, SDL_GetRendererOutputSize, (SDL_Renderer * renderer, int *w, int *h), (renderer, w, h)) \
  F(SDL_Keycode, SDL_GetKeyFromScancode, (SDL_Scancode scancode), (scancode)) \
  F(const char *, SDL_GetKeyName, (SDL_Keycode key), (key)) \
  F(SDL_Scancode, SDL_GetScancodeFromKey, (SDL_Keycode key), (key)) \
  F(int, SDL_GetWindowBordersSize, \
    (SDL_Window * window, int *top, int *left, int *bottom, int *right), \
    (window, top, left, bottom, right)) \
  F(int, SDL_GetWindowDisplayIndex, (SDL_Window * window), (window)) \
  F(void, SDL_GetWindowSize, (SDL_Window * window, int *w, int *h), (window, w, h)) \
  F(Uint32, SDL_GetWindowFlags, (SDL_Window * window), (window)) \
  F(int, SDL_Init, (Uint32 flags), (flags)) \
  F(int, SDL_InitSubSystem, (Uint32 flags), (flags)) \
  F(int, SDL_JoystickAttachVirtual, \
    (SDL_JoystickType type, int axes, int buttons, int hats), (type, axes, buttons, hats)) \
  F(int, SDL_JoystickDetachVirtual, (int index), (index)) \
  F(SDL_JoystickID, SDL_JoystickInstanceID, (SDL_Joystick * joystick), (joystick)) \
  F(SDL_Joystick *, SDL_JoystickOpen, (int index), (index)) \
  F(int, SDL_JoystickSetVirtualAxis, (SDL_Joystick * joystick, int axis, Sint16 value), \
    (joystick, axis, value)) \
  F(int, SDL_JoystickSetVirtualButton, (SDL_Joystick * joystick, int button, Uint8 value), \
    (joystick, button, value)) \
  F(int, SDL_NumJoysticks, (void), ()) \
  F(SDL_AudioDeviceID, SDL_OpenAudioDevice, \
    (const char *name, int capture, const SDL_AudioSpec *desired, SDL_AudioSpec *obtained, \
     int changes), \
    (name, capture, desired, obtained, changes)) \
  F(void, SDL_PauseAudioDevice, (SDL_AudioDeviceID device, int on), (device, on)) \
  F(int, SDL_PollEvent, (SDL_Event * event), (event)) \
  F(int, SDL_QueueAudio, (SDL_AudioDeviceID device, const void *data, Uint32 count), \
    (device, data, count)) \
  F(void, SDL_Quit, (void), ()) \
  F(int, SDL_RenderClear, (SDL_Renderer * renderer), (renderer)) \
  F(int, SDL_RenderCopyEx, \
    (SDL_Renderer * renderer, SDL_Texture * texture, const SDL_Rect *from, const SDL_Rect *to, \
     const double angle, const SDL_Point *center, const SDL_RendererFlip flip), \
    (renderer, texture, from, to, angle, center, flip)) \
  F(int, SDL_RenderFillRects, (SDL_Renderer * renderer, const SDL_Rect *areas, int count), \
    (renderer, areas, count)) \
  F(void, SDL_RenderPresent, (SDL_Renderer * renderer), (renderer)) \
  F(SDL_bool, SDL_SetHint, (const char *name, const char *value), (name, value)) \
  F(int, SDL_SetRenderDrawBlendMode, (SDL_Renderer * renderer, SDL_BlendMode mode), \
    (renderer, mode)) \
  F(int, SDL_SetRenderDrawColor, (SDL_Renderer * renderer, Uint8 r, Uint8 g, Uint8 b, Uint8 a), \
    (renderer, r, g, b, a)) \
  F(int, SDL_SetTextureBlendMode, (SDL_Texture * texture, SDL_BlendMode mode), (texture, mode)) \
  F(int, SDL_SetTextureScaleMode, (SDL_Texture * texture, SDL_ScaleMode mode), (texture, mode)) \
  F(int, SDL_SetWindowFullscreen, (SDL_Window * window, Uint32 flags), (window, flags)) \
  F(void, SDL_SetWindowPosition, (SDL_Window * window, int x, int y), (window, x, y)) \
  F(void, SDL_SetWindowMinimumSize, (SDL_Window * window, int w, int h), (window, w, h)) \
  F(void, SDL_SetWindowSize, (SDL_Window * window, int w, int h), (window, w, h)) \
  F(void, SDL_SetWindowTitle, (SDL_Window * window, const char *title), (window, title)) \
  F(int, SDL_ShowCursor, (int toggle), (toggle)) \
  F(int, SDL_UpdateTexture, \
    (SDL_Texture * texture, const SDL_Rect *area, const void *pixels, int pitch), \
    (texture, area, pixels, pitch))

#define DEFINE(result, name, parameters, arguments) \
  static __typeof__(name) *found_##name; \
  result name parameters { return found_##name arguments; }

FUNCTIONS(DEFINE)

#define FIND(result, name, parameters, arguments) \
  found_##name = (__typeof__(found_##name))dlsym(library, #name); \
  if (!found_##name) return dlerror();

const char *CSDL2_load(void) {
  void *library = dlopen("libSDL2-2.0.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) return dlerror();
  FUNCTIONS(FIND)
  return 0;
}

#endif
