import { workerData } from 'node:worker_threads';
import { pdfSummaryEngine } from '../adapters/pdf/summary-engine.ts';
import { typefaceFiles } from '../adapters/pdf/text/typeface-files.ts';
import { answerAsks } from '../adapters/thread/answer-asks.ts';
import { chapterWriter } from './chapter.ts';
import { chapterAnswers } from './chapter-messages.ts';

// A thread that writes chapters, with the fonts below the folder that it was given.
answerAsks(chapterAnswers(chapterWriter(pdfSummaryEngine({ fonts: typefaceFiles(String(workerData)) }))));
