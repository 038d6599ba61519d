#include "CChafa.h"
#include <dlfcn.h>

// As chafa.h declares them, since 1.8; all its types are behind pointers, and its enumerations are ints.
typedef struct ChafaCanvas ChafaCanvas;
typedef struct ChafaCanvasConfig ChafaCanvasConfig;
typedef struct ChafaSymbolMap ChafaSymbolMap;

enum { medianColors = 1, noDithering = 0, rgbaPoints = 4, side = 8 };

#define FUNCTIONS(F) \
  F(ChafaCanvasConfig *, chafa_canvas_config_new, (void)) \
  F(void, chafa_canvas_config_unref, (ChafaCanvasConfig *)) \
  F(void, chafa_canvas_config_set_geometry, (ChafaCanvasConfig *, int, int)) \
  F(void, chafa_canvas_config_set_color_extractor, (ChafaCanvasConfig *, int)) \
  F(void, chafa_canvas_config_set_dither_mode, (ChafaCanvasConfig *, int)) \
  F(void, chafa_canvas_config_set_preprocessing_enabled, (ChafaCanvasConfig *, int)) \
  F(void, chafa_canvas_config_set_work_factor, (ChafaCanvasConfig *, float)) \
  F(void, chafa_canvas_config_set_symbol_map, (ChafaCanvasConfig *, const ChafaSymbolMap *)) \
  F(ChafaSymbolMap *, chafa_symbol_map_new, (void)) \
  F(void, chafa_symbol_map_add_by_tags, (ChafaSymbolMap *, int)) \
  F(void, chafa_symbol_map_unref, (ChafaSymbolMap *)) \
  F(ChafaCanvas *, chafa_canvas_new, (const ChafaCanvasConfig *)) \
  F(void, chafa_canvas_unref, (ChafaCanvas *)) \
  F(void, chafa_canvas_draw_all_pixels, \
    (ChafaCanvas *, int, const uint8_t *, int width, int height, int bytesOfARow)) \
  F(uint32_t, chafa_canvas_get_char_at, (ChafaCanvas *, int x, int y)) \
  F(void, chafa_canvas_get_raw_colors_at, (ChafaCanvas *, int x, int y, int *, int *))

#define DECLARE(result, name, parameters) static result(*name) parameters;
FUNCTIONS(DECLARE)

#define FIND(result, name, parameters) \
  name = (__typeof__(name))dlsym(library, #name); \
  if (!name) return dlerror();

const char *CChafa_load(void) {
  void *library = dlopen("libchafa.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) return dlerror();
  FUNCTIONS(FIND)
  return 0;
}

struct CChafa_cell CChafa_cellLike(const uint8_t *points, uint32_t sets) {
  ChafaSymbolMap *symbols = chafa_symbol_map_new();
  chafa_symbol_map_add_by_tags(symbols, (int)sets);
  ChafaCanvasConfig *config = chafa_canvas_config_new();
  chafa_canvas_config_set_geometry(config, 1, 1);
  // Colours are the program's own, never a mixture.
  chafa_canvas_config_set_color_extractor(config, medianColors);
  chafa_canvas_config_set_dither_mode(config, noDithering);
  chafa_canvas_config_set_preprocessing_enabled(config, 0);
  chafa_canvas_config_set_work_factor(config, 1);
  chafa_canvas_config_set_symbol_map(config, symbols);
  ChafaCanvas *canvas = chafa_canvas_new(config);
  chafa_canvas_draw_all_pixels(canvas, rgbaPoints, points, side, side, side * 4);
  int foreground = 0, background = 0;
  chafa_canvas_get_raw_colors_at(canvas, 0, 0, &foreground, &background);
  struct CChafa_cell cell = {
      chafa_canvas_get_char_at(canvas, 0, 0), (uint32_t)foreground & 0xFFFFFF,
      (uint32_t)background & 0xFFFFFF};
  chafa_canvas_unref(canvas);
  chafa_canvas_config_unref(config);
  chafa_symbol_map_unref(symbols);
  return cell;
}
