// What a libretro core and its front end say to each other, as far as this core says it: the numbers and
// layouts of the interface, version 1, by the names that its documentation has.
// https://docs.libretro.com/development/cores/developing-cores/

#ifndef CLIBRETRO_H
#define CLIBRETRO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RETRO_API_VERSION = 1, RETRO_REGION_NTSC = 0 };

enum { RETRO_PIXEL_FORMAT_XRGB8888 = 1 };

enum { RETRO_MEMORY_SAVE_RAM = 0, RETRO_MEMORY_SYSTEM_RAM = 2, RETRO_MEMORY_VIDEO_RAM = 3 };

enum { RETRO_MEMDESC_CONST = 1, RETRO_MEMDESC_SYSTEM_RAM = 4, RETRO_MEMDESC_SAVE_RAM = 8,
       RETRO_MEMDESC_VIDEO_RAM = 16 };

enum { RETRO_DEVICE_JOYPAD = 1, RETRO_DEVICE_KEYBOARD = 3, RETRO_DEVICE_POINTER = 6 };

enum { RETRO_DEVICE_ID_JOYPAD_MASK = 256 };

enum { RETRO_DEVICE_ID_POINTER_X = 0, RETRO_DEVICE_ID_POINTER_Y = 1,
       RETRO_DEVICE_ID_POINTER_PRESSED = 2 };

enum {
  RETRO_ENVIRONMENT_EXPERIMENTAL = 0x10000,
  RETRO_ENVIRONMENT_SET_ROTATION = 1,
  RETRO_ENVIRONMENT_SET_MESSAGE = 6,
  RETRO_ENVIRONMENT_SET_PIXEL_FORMAT = 10,
  RETRO_ENVIRONMENT_SET_INPUT_DESCRIPTORS = 11,
  RETRO_ENVIRONMENT_GET_VARIABLE = 15,
  RETRO_ENVIRONMENT_SET_VARIABLES = 16,
  RETRO_ENVIRONMENT_GET_VARIABLE_UPDATE = 17,
  RETRO_ENVIRONMENT_SET_MEMORY_MAPS = 36 | RETRO_ENVIRONMENT_EXPERIMENTAL,
  RETRO_ENVIRONMENT_SET_GEOMETRY = 37,
  RETRO_ENVIRONMENT_SET_SUPPORT_ACHIEVEMENTS = 42 | RETRO_ENVIRONMENT_EXPERIMENTAL,
  RETRO_ENVIRONMENT_SET_SERIALIZATION_QUIRKS = 44,
  RETRO_ENVIRONMENT_GET_INPUT_BITMASKS = 51 | RETRO_ENVIRONMENT_EXPERIMENTAL,
  RETRO_ENVIRONMENT_GET_CORE_OPTIONS_VERSION = 52,
  RETRO_ENVIRONMENT_SET_CORE_OPTIONS_V2 = 67
};

typedef bool (*retro_environment_t)(unsigned command, void *data);
typedef void (*retro_video_refresh_t)(
  const void *data, unsigned width, unsigned height, size_t pitch);
typedef void (*retro_audio_sample_t)(int16_t left, int16_t right);
typedef size_t (*retro_audio_sample_batch_t)(const int16_t *data, size_t frames);
typedef void (*retro_input_poll_t)(void);
typedef int16_t (*retro_input_state_t)(
  unsigned port, unsigned device, unsigned index, unsigned id);

struct retro_game_info {
  const char *path;
  const void *data;
  size_t size;
  const char *meta;
};

struct retro_system_info {
  const char *library_name;
  const char *library_version;
  const char *valid_extensions;
  bool need_fullpath;
  bool block_extract;
};

struct retro_game_geometry {
  unsigned base_width;
  unsigned base_height;
  unsigned max_width;
  unsigned max_height;
  float aspect_ratio;
};

struct retro_system_timing {
  double fps;
  double sample_rate;
};

struct retro_system_av_info {
  struct retro_game_geometry geometry;
  struct retro_system_timing timing;
};

struct retro_message {
  const char *msg;
  unsigned frames;
};

struct retro_variable {
  const char *key;
  const char *value;
};

struct retro_input_descriptor {
  unsigned port;
  unsigned device;
  unsigned index;
  unsigned id;
  const char *description;
};

struct retro_memory_descriptor {
  uint64_t flags;
  void *ptr;
  size_t offset;
  size_t start;
  size_t select;
  size_t disconnect;
  size_t len;
  const char *addrspace;
};

struct retro_memory_map {
  const struct retro_memory_descriptor *descriptors;
  unsigned num_descriptors;
};

enum { RETRO_NUM_CORE_OPTION_VALUES_MAX = 128 };

struct retro_core_option_value {
  const char *value;
  const char *label;
};

struct retro_core_option_v2_category {
  const char *key;
  const char *desc;
  const char *info;
};

struct retro_core_option_v2_definition {
  const char *key;
  const char *desc;
  const char *desc_categorized;
  const char *info;
  const char *info_categorized;
  const char *category_key;
  struct retro_core_option_value values[RETRO_NUM_CORE_OPTION_VALUES_MAX];
  const char *default_value;
};

struct retro_core_options_v2 {
  struct retro_core_option_v2_category *categories;
  struct retro_core_option_v2_definition *definitions;
};

#endif
