"""Makes one page for each line of JSON on standard input; answers with its CPU so far and the page in base64."""
import base64
import io
import json
import sys
import time

from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

given = json.loads(sys.stdin.readline())
size, frame = given["size"], given["frame"]
# Registered once: reportlab keeps the parsed font for all documents of the process.
pdfmetrics.registerFont(TTFont("Garamond", given["fontFile"]))
rule, ink = HexColor(given["rule"]), HexColor(given["ink"])
print("ready", flush=True)

for line in sys.stdin:
    texts = json.loads(line)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(size["width"], size["height"]), pageCompression=1)
    canvas.setTitle(texts["title"])
    canvas.setStrokeColor(rule)
    canvas.setLineWidth(frame["thickness"])
    canvas.rect(frame["x"], frame["y"], frame["width"], frame["height"])
    canvas.setFillColor(ink)
    for place in given["places"]:
        canvas.setFont("Garamond", place["size"])
        canvas.drawCentredString(size["width"] / 2, size["height"] - place["down"], texts[place["key"]])
    canvas.showPage()
    canvas.save()
    used = time.process_time()
    print(json.dumps({"cpu": used, "pdf": base64.b64encode(out.getvalue()).decode()}), flush=True)
