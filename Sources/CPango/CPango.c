#ifdef SDL

#include "CPango.h"
#include <dlfcn.h>

// The functions of Pango, cairo and GObject that are used. Their headers would need dozens of
// packages; what is declared here has been the same since Pango 1.20 and cairo 1.2, and stays so as
// long as their libraries have these names. Objects are only handed on.
#define FUNCTIONS(F) \
  F(void *, pango_cairo_font_map_get_default, (void)) \
  F(void *, pango_font_map_create_context, (void *map)) \
  F(void *, pango_layout_new, (void *context)) \
  F(void, pango_layout_set_text, (void *layout, const char *text, int length)) \
  F(void, pango_layout_set_font_description, (void *layout, const void *font)) \
  F(void, pango_layout_set_width, (void *layout, int width)) \
  F(void, pango_layout_set_height, (void *layout, int height)) \
  F(void, pango_layout_set_wrap, (void *layout, int wrap)) \
  F(void, pango_layout_set_ellipsize, (void *layout, int ellipsize)) \
  F(void, pango_layout_get_pixel_size, (void *layout, int *width, int *height)) \
  F(void *, pango_font_description_new, (void)) \
  F(void, pango_font_description_set_family_static, (void *font, const char *family)) \
  F(void, pango_font_description_set_weight, (void *font, int weight)) \
  F(void, pango_font_description_set_absolute_size, (void *font, double size)) \
  F(void, pango_cairo_show_layout, (void *cairo, void *layout)) \
  F(void *, cairo_image_surface_create_for_data, \
    (unsigned char *data, int format, int width, int height, int stride)) \
  F(void *, cairo_create, (void *surface)) \
  F(void, cairo_set_source_rgb, (void *cairo, double red, double green, double blue)) \
  F(void, cairo_destroy, (void *cairo)) \
  F(void, cairo_surface_flush, (void *surface)) \
  F(void, cairo_surface_destroy, (void *surface))

#define DECLARE(result, name, parameters) static result(*name) parameters;
FUNCTIONS(DECLARE)

enum { unitsPerPixel = 1024, wrapAtWordsThenLetters = 2, cutAtEnd = 3, argb32 = 0 };
enum { normalWeight = 400, boldWeight = 700 };

static void *layout;
static void *font;

#define FIND(result, name, parameters) \
  name = (result(*) parameters)dlsym(library, #name); \
  if (!name) return dlerror();

const char *CPango_load(void) {
  if (layout) return 0;
  // It brings the others, which are searched too.
  void *library = dlopen("libpangocairo-1.0.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) return dlerror();
  FUNCTIONS(FIND)
  layout = pango_layout_new(pango_font_map_create_context(pango_cairo_font_map_get_default()));
  font = pango_font_description_new();
  pango_layout_set_wrap(layout, wrapAtWordsThenLetters);
  pango_layout_set_ellipsize(layout, cutAtEnd);
  return 0;
}

static void set(const CPangoText *text) {
  pango_font_description_set_family_static(font, text->isMonospaced ? "monospace" : "sans");
  pango_font_description_set_absolute_size(font, (double)text->pixelSize * unitsPerPixel);
  pango_font_description_set_weight(font, text->isBold ? boldWeight : normalWeight);
  pango_layout_set_font_description(layout, font);
  pango_layout_set_width(layout, text->width * unitsPerPixel);
  // A negative height is a number of lines.
  pango_layout_set_height(layout, -text->maxLines);
  pango_layout_set_text(layout, text->text, text->byteCount);
}

void CPango_measure(const CPangoText *text, int *width, int *height) {
  set(text);
  pango_layout_get_pixel_size(layout, width, height);
}

void CPango_draw(const CPangoText *text, uint32_t color, uint32_t *pixels, int width, int height) {
  set(text);
  void *surface =
    cairo_image_surface_create_for_data((unsigned char *)pixels, argb32, width, height, 4 * width);
  void *cairo = cairo_create(surface);
  cairo_set_source_rgb(
    cairo, (color >> 16 & 255) / 255.0, (color >> 8 & 255) / 255.0, (color & 255) / 255.0);
  pango_cairo_show_layout(cairo, layout);
  cairo_destroy(cairo);
  cairo_surface_flush(surface);
  cairo_surface_destroy(surface);
}

#endif
