#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <unordered_map>

#include "host/formats/files/message.hpp"
#include "host/report/painted/painted_text.hpp"
#include "host/report/wording.hpp"
#include "host/text/unicode.hpp"

namespace gramian::host {
namespace {

/// Paragraphs end with a line once they are so long: what is off the screen is skipped a paragraph at a time.
constexpr size_t kParagraph = 1500;

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--page:#fff;--ink:#1d1b24;--faint:#66626e;--line:#e3dfea;--tip:#1d1b24;--tip-ink:#fff}
@media (prefers-color-scheme:dark){:root{--page:#15121f;--ink:#ece7dd;--faint:#a09aad;--line:#322e3e;--tip:#ece7dd;--tip-ink:#15121f}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2.5rem clamp(1rem,4vw,3.5rem) 5rem;max-width:110rem;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,"Segoe UI","Noto Sans","DejaVu Sans",sans-serif}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .5rem;overflow-wrap:anywhere}
header p{margin:.1rem 0;color:var(--faint);font-size:.875rem;overflow-wrap:anywhere}
main{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:2.5rem 3.5rem;margin-top:2rem}
main.one{max-width:46rem}
section{min-width:0}
.head{position:sticky;top:0;z-index:1;background:var(--page);padding:.6rem 0 .7rem;margin-bottom:1rem;border-bottom:1px solid var(--line)}
h2{font-size:1.05rem;margin:0 0 .45rem;overflow-wrap:anywhere}
.scale{display:flex;align-items:center;gap:.6rem;font-size:.8125rem;color:var(--faint);font-variant-numeric:tabular-nums}
.bar{flex:1;max-width:16rem;height:.8rem;border-radius:.25rem;box-shadow:inset 0 0 0 1px var(--line);background:linear-gradient(to right,#fff,#f00)}
.t{font:1.0625rem/1.8 Charter,"Bitstream Charter","Iowan Old Style",Georgia,"Noto Serif","DejaVu Serif",serif}
.t p{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;content-visibility:auto;contain-intrinsic-size:auto 30rem}
.t span{border-radius:.15em;padding:.08em 0;box-decoration-break:clone;-webkit-box-decoration-break:clone;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.t span:hover{outline:2px solid var(--ink)}
.scale b{font-weight:500}
.scale .key{margin-left:auto;font-weight:400;cursor:help}
.u,.key{color:var(--faint);text-decoration:underline dotted;text-underline-offset:.2em}
#tip{position:fixed;z-index:2;max-width:24rem;padding:.45rem .7rem;border-radius:.4rem;background:var(--tip);color:var(--tip-ink);font-size:.8125rem;line-height:1.45;white-space:pre-line;overflow-wrap:anywhere;pointer-events:none;font-variant-numeric:tabular-nums}
#tip[hidden]{display:none}
[class^=c]{color:#000}
)css";

// A token's place in the text is its paragraph's first one and its place among the paragraph's spans.
constexpr std::string_view kScript = R"js(
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const tip = document.getElementById('tip');
  const number = x => x === null ? 'none' : String(x);
  const show = event => {
    const span = event.target.closest ? event.target.closest('.t span') : null;
    if (!span) { tip.hidden = true; return; }
    const paragraph = span.parentNode;
    const token = Number(paragraph.dataset.k) + Array.prototype.indexOf.call(paragraph.children, span);
    const layer = data.layers[Number(paragraph.parentNode.dataset.l)];
    const entry = data.at[token];
    tip.textContent = entry < 0
      ? JSON.stringify(span.textContent) + '\nout of vocabulary'
      : JSON.stringify(data.token[entry]) + '\nid ' + data.row[entry] + ', norm ' + number(data.norm[entry]) +
        '\n' + layer.by + ': ' + number(layer.value[token]);
    tip.hidden = false;
    const place = span.getClientRects()[0] || span.getBoundingClientRect();
    const left = Math.min(place.left, innerWidth - tip.offsetWidth - 8);
    const above = place.top - tip.offsetHeight - 6;
    tip.style.left = Math.max(8, left) + 'px';
    tip.style.top = (above > 4 ? above : place.bottom + 6) + 'px';
  };
  document.addEventListener('pointerover', show);
  document.addEventListener('click', show);
  document.addEventListener('scroll', () => { tip.hidden = true; }, { passive: true });
})();
)js";

void append_hex(std::string& out, char c) {
  constexpr char kHex[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
}

/// Bytes as the content of an element, such that a parser gives them back; what is not UTF-8 as \xHH.
void append_html(std::string& out, std::string_view bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const char c = bytes[at];
    if (static_cast<unsigned char>(c) >= 0x80) {
      const size_t length = utf8_sequence(bytes.substr(at));
      if (length == 0) {
        append_hex(out, c);
      } else {
        out += bytes.substr(at, length);
      }
      at += std::max<size_t>(1, length);
      continue;
    }
    ++at;
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\r':
        out += "&#13;";  // parsers make a newline of the character itself
        break;
      case '\0':
        out += "\\x00";  // and drop this one
        break;
      default:
        out += c;
    }
  }
}

std::string html(std::string_view bytes) {
  std::string out;
  append_html(out, bytes);
  return out;
}

/// A JSON string that may stand inside <script>.
void append_json(std::string& out, std::string_view bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : valid_utf8(bytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || c == '<' || c == '>' || c == '&') {
      out.append("\\u00").append({kHex[byte >> 4], kHex[byte & 15]});
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  out += '"';
}

/// Six digits are enough to be read by people.
void append_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 6);
  out.append(text.data(), end.ptr);
}

template <class Items, class Append>
void append_list(std::string& out, const Items& items, Append&& append) {
  out += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ',';
    first = false;
    append(item);
  }
  out += ']';
}

std::string style() {
  std::string css(kStyle);
  std::string dark = "@media (prefers-color-scheme:dark){.bar{background:linear-gradient(to right," +
                     hex(dark_to_red(0.0)) + ",#f00)}";
  for (int shade = 0; shade < kPaintShades; ++shade) {
    const double t = static_cast<double>(shade) / (kPaintShades - 1);
    const std::string name = ".c" + std::to_string(shade);
    css += name + "{background:" + hex(white_to_red(t)) + "}";
    dark += name + "{background:" + hex(dark_to_red(t)) + ";color:" + hex(ink_on(dark_to_red(t))) + "}";
  }
  return css + "\n" + dark + "}\n";
}

class Writer {
 public:
  Writer(OutputFile& file, const PaintedText& painted)
      : file_(file), painted_(painted), shown_(shown_ranges(painted.text, painted.tokens)) {}

  void write() {
    add_head();
    for (size_t layer = 0; layer < painted_.layers.size(); ++layer) add_layer(layer);
    out_ += "</main>\n<div id=\"tip\" role=\"tooltip\" hidden></div>\n<script type=\"application/json\" id=\"data\">";
    add_data();
    out_ += "</script>\n<script>" + std::string(kScript) + "</script>\n</body>\n</html>\n";
    flush();
  }

 private:
  void flush() {
    file_.write(out_);
    out_.clear();
  }

  void add_head() {
    out_ +=
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
        html(painted_.title) + "</title>\n<style>" + style() + "</style>\n</head>\n<body>\n<header>\n<h1>" +
        html(printable(painted_.title, 200)) + "</h1>\n";
    for (const std::string& caption : painted_.captions) out_ += "<p>" + html(caption) + "</p>\n";
    out_ += std::string("</header>\n<main") + (painted_.layers.size() == 1 ? " class=\"one\"" : "") + ">\n";
  }

  void add_layer(size_t index) {
    const PaintLayer& layer = painted_.layers[index];
    out_ +=
        "<section>\n<div class=\"head\"><h2>" + html(printable(layer.heading, 200)) + "</h2>\n<div class=\"scale\">";
    if (std::isnan(layer.lo)) {
      out_ += "nothing to paint";
    } else {
      out_ += "<b>" + significant(layer.lo) + "</b><div class=\"bar\"></div><b>" + significant(layer.hi) + "</b>";
    }
    const bool unknown = std::ranges::any_of(
        painted_.tokens, [](const PaintedToken& token) { return token.row == PaintedToken::kNoRow; });
    out_ += std::string(unknown ? "<b class=\"key\">out of vocabulary</b>" : "") +
            "</div></div>\n<div class=\"t\" data-l=\"" + std::to_string(index) + "\"><p data-k=\"0\">";
    size_t at = 0;
    size_t begun = 0;
    for (size_t t = 0; t < shown_.size(); ++t) {
      append_html(out_, painted_.text.substr(at, shown_[t].begin - at));
      at = shown_[t].begin;
      if (at - begun > kParagraph && painted_.text[at - 1] == '\n') {
        out_ += "</p><p data-k=\"" + std::to_string(t) + "\">";
        begun = at;
        if (out_.size() > size_t{1} << 20) flush();
      }
      add_token(layer, t);
      at = shown_[t].end;
    }
    append_html(out_, painted_.text.substr(at));
    out_ += "</p></div>\n</section>\n";
  }

  void add_token(const PaintLayer& layer, size_t t) {
    if (painted_.tokens[t].row == PaintedToken::kNoRow) {
      out_ += "<span class=u>";
    } else if (std::isnan(layer.scaled[t])) {
      out_ += "<span>";
    } else {
      out_.append("<span class=c").append(std::to_string(paint_shade(layer.scaled[t]))).append(">");
    }
    append_html(out_, painted_.text.substr(shown_[t].begin, shown_[t].end - shown_[t].begin));
    out_ += "</span>";
  }

  void add_data() {
    std::unordered_map<int64_t, size_t> places;
    std::vector<int64_t> rows;
    std::vector<double> norms;
    std::vector<int64_t> at;
    at.reserve(painted_.tokens.size());
    for (size_t t = 0; t < painted_.tokens.size(); ++t) {
      const int64_t row = painted_.tokens[t].row;
      if (row == PaintedToken::kNoRow) {
        at.push_back(-1);
        continue;
      }
      const auto [place, is_new] = places.emplace(row, rows.size());
      if (is_new) {
        rows.push_back(row);
        norms.push_back(painted_.norms[t]);
      }
      at.push_back(static_cast<int64_t>(place->second));
    }
    const auto number = [&](double value) { append_number(out_, value); };
    const auto whole = [&](int64_t value) { out_ += std::to_string(value); };
    out_ += "{\"token\":";
    append_list(out_, rows, [&](int64_t row) { append_json(out_, painted_.name(row)); });
    out_ += ",\"row\":";
    append_list(out_, rows, whole);
    out_ += ",\"norm\":";
    append_list(out_, norms, number);
    out_ += ",\"at\":";
    append_list(out_, at, whole);
    out_ += ",\"layers\":";
    append_list(out_, painted_.layers, [&](const PaintLayer& layer) {
      out_ += "{\"by\":";
      append_json(out_, layer.by);
      out_ += ",\"value\":";
      append_list(out_, layer.values, number);
      out_ += '}';
    });
    out_ += '}';
  }

  OutputFile& file_;
  const PaintedText& painted_;
  std::vector<ShownRange> shown_;
  std::string out_;
};

}  // namespace

void write_painted_html(OutputFile& file, const PaintedText& painted) { Writer(file, painted).write(); }

}  // namespace gramian::host
